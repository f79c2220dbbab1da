/* UTF-8 as RFC 3629 has it: no surrogates, no overlong forms. */
#ifndef MLOPS_TEXT_UTF8_H
#define MLOPS_TEXT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Offset of the first byte that is no valid UTF-8; n if all is. */
size_t mlops__utf8_check(const void *bytes, size_t n);

/* Bytes of a text that a message shows, of at most so many: whole characters. */
int mlops__utf8_shown(const char *text, int most);

/* Writes a code point (<= 0x10ffff) and returns its length, 1 to 4. */
size_t mlops__utf8_write(uint8_t out[4], uint32_t code);

#endif
