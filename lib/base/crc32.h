/* CRC-32 of ISO-HDLC (that of zlib and PNG): reflected 0xEDB88320. */
#ifndef MLOPS_BASE_CRC32_H
#define MLOPS_BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Continues crc (0 to begin) over n bytes. */
uint32_t mlops__crc32(uint32_t crc, const void *bytes, size_t n);

#endif
