/* What two commits go back to.
 *
 * Owns nothing. Invariant: commits are taken newest first, and a commit is later than its parents:
 * so all that lead to one were taken before it, and the first one that both sides lead to is not
 * behind another such.
 */
#include "dataset/merge_tree.h"

#include <string.h>

enum { FROM_A = 1, FROM_B = 2, FROM_BOTH = 3 };

typedef struct reached {
    mlops__commit commit;
    int from;
} reached;

/* Commits that were reached and have yet to be taken. */
typedef struct border {
    mlops__view *view;
    const char *dataset;
    reached *commits;
    size_t n, cap;
} border;

static mlops_status reach(border *self, const mlops_id *id, int from) {
    for (size_t i = 0; i < self->n; i++) {
        if (memcmp(&self->commits[i].commit.id, id, sizeof *id) != 0) continue;
        self->commits[i].from |= from;
        return MLOPS_OK;
    }
    reached *more = mlops__arena_grow(self->view->arena, self->commits, (int64_t)self->n,
                                      &self->cap, sizeof *more);
    if (!more) return mlops__fail_nomem(self->view->err, sizeof *more);
    self->commits = more;
    self->commits[self->n].from = from;
    return mlops__commit_read(&self->commits[self->n++].commit, self->view, self->dataset, id);
}

static reached take_newest(border *self) {
    size_t newest = 0;
    for (size_t i = 1; i < self->n; i++)
        if (mlops__commit_is_newer(&self->commits[i].commit, &self->commits[newest].commit))
            newest = i;
    reached out = self->commits[newest];
    self->commits[newest] = self->commits[--self->n];
    return out;
}

mlops_status mlops__merge_base(mlops__view *view, const char *dataset, const mlops_id *a,
                               const mlops_id *b, mlops__commit *out, int *found) {
    border self = {view, dataset, NULL, 0, 0};
    *found = 0;
    MLOPS_TRY(reach(&self, a, FROM_A));
    MLOPS_TRY(reach(&self, b, FROM_B));
    while (self.n && !*found) {
        reached next = take_newest(&self);
        *found = next.from == FROM_BOTH;
        *out = next.commit;
        for (size_t i = 0; i < next.commit.n_parents && !*found; i++)
            MLOPS_TRY(reach(&self, &next.commit.parents[i], next.from));
    }
    return MLOPS_OK;
}
