/* Opening a plan: every byte is checked here, so that walking it can trust them.
 *
 * Owns the layout of plan.h. Invariant: after mlops__plan_open() every index that a walk can form
 * lies inside its part, every step goes forward, and no threshold or leaf is NaN. Freestanding:
 * part of the firmware build.
 */
#include "model/run/plan.h"

typedef struct opening {
    const mlops__plan *plan;
    mlops_error *err;
} opening;

static mlops_status corrupt(const opening *self, const uint8_t *place, const char *what) {
    int64_t offset = place ? (int64_t)(place - self->plan->bytes) : -1;
    return mlops__fail_at(self->err, MLOPS_E_CORRUPT, 0, 0, offset, "plan: %s", what);
}

static mlops_status read_head(mlops__plan *out, mlops__cursor *in, const opening *self) {
    const uint8_t *magic = mlops__cursor_take(in, 4);
    if (!magic || magic[0] != 'P' || magic[1] != 'L' || magic[2] != 'A' || magic[3] != 'N')
        return corrupt(self, out->bytes, "does not begin with the letters PLAN");
    uint32_t version = mlops__cursor_u16(in);
    if (!in->failed && version != MLOPS__PLAN_VERSION)
        return mlops__fail_at(self->err, MLOPS_E_UNSUPPORTED, 0, 0, 4,
                              "plan: version %u; this library reads version %d", (unsigned)version,
                              MLOPS__PLAN_VERSION);
    out->flags = mlops__cursor_u16(in);
    uint32_t link = mlops__cursor_u32(in);
    out->n_features = mlops__cursor_u32(in);
    out->n_groups = mlops__cursor_u32(in);
    out->n_trees = mlops__cursor_u32(in);
    out->n_nodes = mlops__cursor_u32(in);
    out->n_words = mlops__cursor_u32(in);
    out->depth = mlops__cursor_u32(in);
    out->names_size = mlops__cursor_u32(in);
    out->info_size = mlops__cursor_u32(in);
    out->divisor = mlops__cursor_u32(in);
    out->param = mlops__cursor_f64(in);
    out->aggregate = mlops__cursor_u32(in);
    const uint8_t *zero = mlops__cursor_take(in, 4);
    if (!zero) return corrupt(self, out->bytes + out->size, "ends inside its header");
    for (int i = 0; i < 4; i++)
        if (zero[i]) return corrupt(self, zero + i, "a reserved byte is not zero");
    if (out->flags & ~(uint32_t)MLOPS__PLAN_FLAGS)
        return mlops__fail_at(self->err, MLOPS_E_UNSUPPORTED, 0, 0, 6, "plan: unknown flags %x",
                              (unsigned)out->flags);
    if (link >= MLOPS__LINKS)
        return mlops__fail_at(self->err, MLOPS_E_UNSUPPORTED, 0, 0, 8,
                              "plan: unknown link function %u", (unsigned)link);
    if (out->aggregate >= MLOPS__AGGREGATES)
        return mlops__fail_at(self->err, MLOPS_E_UNSUPPORTED, 0, 0, 56,
                              "plan: unknown aggregate %u", (unsigned)out->aggregate);
    out->link = (mlops__link)link;
    return MLOPS_OK;
}

static mlops_status check_head(const opening *self) {
    const mlops__plan *p = self->plan;
    if (p->flags & MLOPS__PLAN_F64 && p->flags & MLOPS__PLAN_WIDE)
        return corrupt(self, p->bytes + 6, "nodes are wide and double at once");
    if (!mlops__link_takes(p->link, (p->flags & MLOPS__PLAN_F64) != 0))
        return corrupt(self, p->bytes + 8, "the link function is one of another type");
    if (p->divisor == 0) return corrupt(self, p->bytes + 44, "the divisor is 0");
    if (p->param - p->param != 0.0)
        return corrupt(self, p->bytes + 48, "the link function's parameter is not finite");
    if (p->n_features == 0 || p->n_features > INT32_MAX)
        return corrupt(self, p->bytes + 12, "number of features is 0 or above 2^31");
    if (p->n_groups == 0 || p->n_groups > MLOPS__PLAN_GROUPS_MAX)
        return corrupt(self, p->bytes + 16, "number of groups is 0 or above 65536");
    if ((p->names_size != 0) != ((p->flags & MLOPS__PLAN_NAMES) != 0))
        return corrupt(self, p->bytes + 36, "names and their flag disagree");
    return MLOPS_OK;
}

/* The next part: n items of the given size, then zeroes up to a multiple of 8. */
static const uint8_t *part(mlops__cursor *in, uint32_t n, size_t size, int last) {
    const uint8_t *p = mlops__cursor_array(in, n, size);
    while (p && !last && in->offset % 8)
        if (mlops__cursor_u8(in) != 0 || in->failed) return NULL;
    return p;
}

static mlops_status find_parts(mlops__plan *out, mlops__cursor *in, const opening *self) {
    int has_numbers = (out->flags & MLOPS__PLAN_NUMBERS) != 0;
    out->base = part(in, out->n_groups, mlops__plan_number_size(out), 0);
    out->trees = out->base ? part(in, out->n_trees, 8, 0) : NULL;
    out->nodes = out->trees ? part(in, out->n_nodes, mlops__plan_node_size(out), 0) : NULL;
    const uint8_t *numbers = out->nodes ? part(in, has_numbers ? out->n_nodes : 0, 4, 0) : NULL;
    int has_covers = (out->flags & MLOPS__PLAN_COVERS) != 0;
    size_t number = mlops__plan_number_size(out);
    const uint8_t *covers = numbers ? part(in, has_covers ? out->n_nodes : 0, number, 0) : NULL;
    out->words = covers ? part(in, out->n_words, 4, 0) : NULL;
    const uint8_t *names = out->words ? part(in, out->names_size, 1, 0) : NULL;
    const uint8_t *info = names ? part(in, out->info_size, 1, 1) : NULL;
    if (!info) return corrupt(self, in->data + in->offset, "ends early, or a gap is not zero");
    if (mlops__cursor_left(in))
        return corrupt(self, in->data + in->offset, "goes on behind its end");
    out->numbers = has_numbers ? numbers : NULL;
    out->covers = has_covers ? covers : NULL;
    out->names = out->names_size ? (const char *)names : NULL;
    out->info = (const char *)info;
    return MLOPS_OK;
}

/* True if the bytes are exactly n texts, each with its NUL. */
static int holds_texts(const char *bytes, size_t size, uint32_t n) {
    uint32_t found = 0;
    for (size_t i = 0; i < size; i++) found += bytes[i] == 0;
    return found == n && (size == 0 || bytes[size - 1] == 0);
}

/* True if none is NaN and each is above the one before. */
static int ascend(const mlops__plan *self, const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double value = mlops__plan_number(self, p, i);
        if (value != value || (i && !(mlops__plan_number(self, p, i - 1) < value))) return 0;
    }
    return 1;
}

static int all_finite(const mlops__plan *self, const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (mlops__plan_number(self, p, i) - mlops__plan_number(self, p, i) != 0.0) return 0;
    return 1;
}

/* p is behind the kind, left the words that follow. */
static int check_special_test(const mlops__plan *self, uint32_t kind, const uint8_t *p,
                              uint64_t left) {
    uint32_t n = left ? mlops__load_u32(p) : 0;
    if (kind == MLOPS__SPECIAL_SET) return left > n;
    if (kind == MLOPS__SPECIAL_MEMBER)
        return left && n <= (left - 1) / (mlops__plan_number_size(self) / 4) &&
               ascend(self, p + 4, n);
    if (kind != MLOPS__SPECIAL_ZERO || !(self->flags & MLOPS__PLAN_F64) || left < 2) return 0;
    double threshold = mlops__load_f64(p);
    return threshold == threshold;
}

static int check_special_leaf(const mlops__plan *self, uint32_t kind, const uint8_t *p,
                              uint64_t left) {
    if (kind == MLOPS__SPECIAL_VECTOR)
        return left >= self->n_groups * (mlops__plan_number_size(self) / 4) &&
               all_finite(self, p, self->n_groups);
    if (kind == MLOPS__SPECIAL_WEIGHTS)
        return !(self->flags & MLOPS__PLAN_F64) && self->aggregate == MLOPS__AGGREGATE_SUM &&
               left >= self->n_features && all_finite(self, p, self->n_features);
    if (kind != MLOPS__SPECIAL_LINEAR || !(self->flags & MLOPS__PLAN_F64) || left < 5) return 0;
    uint32_t n = mlops__load_u32(p);
    if (n > (left - 5) / 3 || !all_finite(self, p + 4, 2)) return 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *term = p + 20 + 12 * (size_t)i;
        if (mlops__load_u32(term) >= self->n_features || !all_finite(self, term + 4, 1)) return 0;
    }
    return 1;
}

static mlops_status check_special(const opening *self, uint32_t index,
                                  const mlops__plan_node *node) {
    const mlops__plan *p = self->plan;
    int valid = node->words < p->n_words;
    if (valid) {
        const uint8_t *words = p->words + 4 * (size_t)node->words;
        uint64_t left = p->n_words - node->words - 1;
        uint32_t kind = mlops__load_u32(words);
        valid = node->step ? check_special_test(p, kind, words + 4, left)
                           : check_special_leaf(p, kind, words + 4, left);
    }
    if (valid && p->flags & MLOPS__PLAN_F64)
        valid = mlops__load_u32(p->nodes + 16 * (size_t)index + 4) == 0;
    if (valid) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_CORRUPT,
                       "plan: what makes node %u special is not there or damaged", (unsigned)index);
}

static mlops_status check_node(const opening *self, uint32_t index, mlops__plan_node node) {
    if (node.feature >= self->plan->n_features)
        return mlops__fail(self->err, MLOPS_E_CORRUPT, "plan: node %u tests feature %u of %u",
                           (unsigned)index, (unsigned)node.feature,
                           (unsigned)self->plan->n_features);
    if (node.step == 0 && (node.feature || node.left_missing))
        return mlops__fail(self->err, MLOPS_E_CORRUPT, "plan: leaf %u has marks of a test",
                           (unsigned)index);
    double cover = self->plan->covers ? mlops__plan_cover(self->plan, index) : 1.0;
    if (cover - cover != 0.0 || cover < 0.0 || (node.step && cover == 0.0))
        return mlops__fail(self->err, MLOPS_E_CORRUPT, "plan: node %u has no cover that is one",
                           (unsigned)index);
    if (node.special) return check_special(self, index, &node);
    if (node.value != node.value || (node.step == 0 && node.value - node.value != 0.0))
        return mlops__fail(self->err, MLOPS_E_CORRUPT, "plan: value of node %u is not a number",
                           (unsigned)index);
    return MLOPS_OK;
}

/* Breadth-first: children are taken in order, so each node but the root has one parent before it,
 * and a level ends where the children of the one before it end. */
static mlops_status check_tree(const opening *self, uint32_t t, uint32_t *depth) {
    mlops__plan_tree tree = mlops__plan_tree_at(self->plan, t);
    uint64_t end = (uint64_t)tree.first + tree.n_nodes, child = (uint64_t)tree.first + 1;
    uint64_t level_end = child;
    *depth = 0;
    for (uint64_t i = tree.first; i < end; i++) {
        mlops__plan_node node = mlops__plan_node_at(self->plan, (uint32_t)i);
        MLOPS_TRY(check_node(self, (uint32_t)i, node));
        if (i != tree.first && node.special && !node.step &&
            mlops__load_u32(self->plan->words + 4 * (size_t)node.words) == MLOPS__SPECIAL_WEIGHTS)
            return mlops__fail(self->err, MLOPS_E_CORRUPT,
                               "plan: node %u is weights, and no tree by itself", (unsigned)i);
        if (i == level_end) {
            level_end = child;
            ++*depth;
        }
        if (node.step == 0) continue;
        if (i + node.step != child || child + 2 > end)
            return mlops__fail(
                self->err, MLOPS_E_CORRUPT,
                "plan: children of node %u are not where breadth-first order has them",
                (unsigned)i);
        child += 2;
    }
    if (child == end) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_CORRUPT, "plan: tree %u has nodes without a parent",
                       (unsigned)t);
}

static mlops_status check_trees(const opening *self) {
    const mlops__plan *p = self->plan;
    uint32_t deepest = 0, expected = 0;
    for (uint32_t t = 0; t < p->n_trees; t++) {
        const uint8_t *entry = p->trees + 8 * (size_t)t;
        uint32_t first = mlops__load_u32(entry);
        uint32_t next = t + 1 < p->n_trees ? mlops__load_u32(entry + 8) : p->n_nodes;
        if (first != expected || next <= first || next > p->n_nodes)
            return corrupt(self, entry, "trees are empty, out of order or beyond the nodes");
        if (mlops__load_u32(entry + 4) >= p->n_groups)
            return corrupt(self, entry + 4, "a tree adds to a group that is not there");
        uint32_t depth = 0;
        MLOPS_TRY(check_tree(self, t, &depth));
        if (depth > deepest) deepest = depth;
        expected = next;
    }
    if (expected != p->n_nodes) return corrupt(self, p->bytes + 24, "nodes belong to no tree");
    if (deepest != p->depth) return corrupt(self, p->bytes + 32, "depth is not that of its trees");
    return MLOPS_OK;
}

mlops_status mlops__plan_find(mlops__plan *out, const void *bytes, size_t n, mlops_error *err) {
    *out = (mlops__plan){.bytes = bytes, .size = n};
    opening self = {out, err};
    mlops__cursor in;
    mlops__cursor_init(&in, bytes, n);
    MLOPS_TRY(read_head(out, &in, &self));
    MLOPS_TRY(check_head(&self));
    return find_parts(out, &in, &self);
}

mlops_status mlops__plan_open(mlops__plan *out, const void *bytes, size_t n, mlops_error *err) {
    opening self = {out, err};
    MLOPS_TRY(mlops__plan_find(out, bytes, n, err));
    for (uint32_t g = 0; g < out->n_groups; g++)
        if (mlops__plan_base(out, g) - mlops__plan_base(out, g) != 0.0)
            return corrupt(&self, out->base + mlops__plan_number_size(out) * g,
                           "a base margin is not finite");
    if (out->names && !holds_texts(out->names, out->names_size, out->n_features))
        return corrupt(&self, (const uint8_t *)out->names, "names are not one for each feature");
    if (!holds_texts(out->info, out->info_size, 3))
        return corrupt(&self, (const uint8_t *)out->info, "info is not three texts");
    return check_trees(&self);
}

double mlops__plan_base(const mlops__plan *self, uint32_t group) {
    return mlops__plan_number(self, self->base, group);
}

mlops__plan_tree mlops__plan_tree_at(const mlops__plan *self, uint32_t tree) {
    const uint8_t *entry = self->trees + 8 * (size_t)tree;
    uint32_t first = mlops__load_u32(entry);
    uint32_t end = tree + 1 < self->n_trees ? mlops__load_u32(entry + 8) : self->n_nodes;
    return (mlops__plan_tree){first, end - first, mlops__load_u32(entry + 4)};
}

const uint8_t *mlops__plan_weights(const mlops__plan *self, uint32_t tree) {
    mlops__plan_node root = mlops__plan_node_at(self, mlops__plan_tree_at(self, tree).first);
    if (root.step || !root.special) return NULL;
    const uint8_t *words = self->words + 4 * (size_t)root.words;
    return mlops__load_u32(words) == MLOPS__SPECIAL_WEIGHTS ? words + 4 : NULL;
}

const char *mlops__plan_name(const mlops__plan *self, uint32_t index) {
    const char *name = self->names;
    if (!name || index >= self->n_features) return NULL;
    for (; index; name++) index -= *name == 0;
    return name;
}

uint32_t mlops__plan_width(const mlops__plan *self) {
    return mlops__link_width(self->link, self->n_groups);
}
