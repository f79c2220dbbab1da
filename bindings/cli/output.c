/* Files that are written whole or not at all: beside first, then renamed. */
#include "cli.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int cli_output_open(cli_output *self, const char *path) {
    struct stat about;
    *self = (cli_output){.file = stdout, .path = path, .in_place = 1};
    if (!path) return CLI_OK;
    self->in_place = !stat(path, &about) && !S_ISREG(about.st_mode);
    int n = snprintf(self->beside, sizeof self->beside, self->in_place ? "%s" : "%s.%ld.part", path,
                     (long)getpid());
    if (n >= (int)sizeof self->beside) errno = ENAMETOOLONG;
    self->file = n < (int)sizeof self->beside ? fopen(self->beside, "w") : NULL;
    return self->file ? CLI_OK : cli_complain("cannot write '%s': %s", path, strerror(errno));
}

int cli_output_close(cli_output *self, int exit_status) {
    if (!self->path) return exit_status; /* main() sees whether it arrived */
    int failed = ferror(self->file);
    failed |= fclose(self->file);
    if (!failed && !exit_status) failed = !self->in_place && rename(self->beside, self->path);
    if (failed && !exit_status)
        exit_status = cli_complain("cannot write '%s': %s", self->path, strerror(errno));
    if (exit_status && !self->in_place) unlink(self->beside);
    return exit_status;
}

int cli_output_write(const char *path, const void *bytes, size_t n) {
    cli_output output;
    int status = cli_output_open(&output, path);
    if (status) return status;
    fwrite(bytes, 1, n, output.file);
    return cli_output_close(&output, CLI_OK);
}
