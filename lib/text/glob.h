/* Globs over paths, as in .gitignore.
 *
 * "*" stands for any bytes of a name, "?" for one, "[a-z]" for one of a set and "[!a-z]" or
 * "[^a-z]" for one that is not; "\" takes away what the next byte means. Classes such as
 * "[[:alpha:]]" are refused. A pattern without "/" is of a name, wherever it stands; one with it is
 * of a path from its beginning, in which "**" between slashes stands for any number of folders.
 * What is below a folder that a pattern matches, it matches too.
 */
#ifndef MLOPS_TEXT_GLOB_H
#define MLOPS_TEXT_GLOB_H

#include <stddef.h>

/* What is wrong with a pattern; NULL if nothing is. */
const char *mlops__glob_problem(const char *pattern);

/* Does it match a path, or a folder on the way to it? */
int mlops__glob_matches(const char *pattern, const char *path);

#endif
