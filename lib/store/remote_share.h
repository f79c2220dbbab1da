/* The head that the library's own remotes have in common. */
#ifndef MLOPS_STORE_REMOTE_SHARE_H
#define MLOPS_STORE_REMOTE_SHARE_H

#include "sys/host.h"

#include <mlops/remote.h>

struct mlops_share {
    mlops_remote table; /* its ctx is the share */
    mlops__host host;
    void (*end)(mlops_share *self);
    int64_t (*n_calls)(const mlops_share *self);
};

#endif
