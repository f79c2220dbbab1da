/* Version and names of statuses.
 *
 * Owns nothing. The switch has no default, so that the compiler names a status that is missing.
 * Freestanding: part of the firmware build.
 */
#include <mlops/base.h>

const char *mlops_version(void) { return "0.1.0"; }

const char *mlops_status_name(mlops_status status) {
    switch (status) {
    case MLOPS_OK: return "MLOPS_OK";
    case MLOPS_END: return "MLOPS_END";
    case MLOPS_E_INVALID: return "MLOPS_E_INVALID";
    case MLOPS_E_NOMEM: return "MLOPS_E_NOMEM";
    case MLOPS_E_IO: return "MLOPS_E_IO";
    case MLOPS_E_NOT_FOUND: return "MLOPS_E_NOT_FOUND";
    case MLOPS_E_CORRUPT: return "MLOPS_E_CORRUPT";
    case MLOPS_E_UNSUPPORTED: return "MLOPS_E_UNSUPPORTED";
    case MLOPS_E_ARENA: return "MLOPS_E_ARENA";
    case MLOPS_E_PARSE: return "MLOPS_E_PARSE";
    case MLOPS_E_SCHEMA: return "MLOPS_E_SCHEMA";
    case MLOPS_E_LIMIT: return "MLOPS_E_LIMIT";
    case MLOPS_E_NO_SPACE: return "MLOPS_E_NO_SPACE";
    case MLOPS_E_DENIED: return "MLOPS_E_DENIED";
    case MLOPS_E_CANCELLED: return "MLOPS_E_CANCELLED";
    case MLOPS_E_DEADLINE: return "MLOPS_E_DEADLINE";
    case MLOPS_E_EXISTS: return "MLOPS_E_EXISTS";
    case MLOPS_E_CONFLICT: return "MLOPS_E_CONFLICT";
    case MLOPS_E_BUSY: return "MLOPS_E_BUSY";
    case MLOPS_E_FORKED: return "MLOPS_E_FORKED";
    case MLOPS_E_REFUSED: return "MLOPS_E_REFUSED";
    case MLOPS_E_ERASED: return "MLOPS_E_ERASED";
    case MLOPS_STATUS_FORCE32: break;
    }
    return "MLOPS_E_UNKNOWN";
}
