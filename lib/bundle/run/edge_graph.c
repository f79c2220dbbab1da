/* The graph of a bundle on a device: one row at a time, in the caller's storage.
 *
 * Owns how the storage of a run is cut up. Invariant: as of a graph on the server, bit for bit.
 * Freestanding: part of the firmware build.
 */
#include "bundle/run/edge_graph.h"

#include "model/run/graph_step.h"

enum { ALIGN = MLOPS__GRAPH_ALIGN };

static size_t input_size(const mlops__graph_port *port) {
    return ((size_t)port->width * mlops__dtype_size(port->dtype) + 7) / 8 * 8;
}

mlops_status mlops__edge_graph_open(mlops__edge_graph *self, mlops__cursor section) {
    MLOPS_TRY(mlops__graph_open(&self->graph, section.data, section.size, NULL));
    MLOPS_TRY(mlops__graph_shape_find(&self->shape, &self->graph, NULL));
    if (self->shape.has_texts || self->shape.prediction < 0 ||
        mlops__graph_makes_texts(&self->graph))
        return MLOPS_E_UNSUPPORTED;
    self->width =
        (uint32_t)mlops__graph_out(&self->graph, &self->shape, (uint32_t)self->shape.prediction)
            .width;
    self->n_features = (uint32_t)self->shape.n_features;
    return MLOPS_OK;
}

const char *mlops__edge_graph_name(const mlops__edge_graph *self, uint32_t feature) {
    if (self->shape.n_features != (int64_t)self->graph.n_inputs) return NULL;
    return mlops__graph_input_name(&self->graph, feature);
}

size_t mlops__edge_graph_size(const mlops__edge_graph *self) {
    size_t size = mlops__graph_size(&self->graph, 1, 0);
    if (!size || size > SIZE_MAX / 4) return 0;
    for (uint32_t i = 0; i < self->graph.n_inputs; i++) {
        mlops__graph_port port = mlops__graph_in(&self->graph, i);
        size_t more = input_size(&port);
        if (more > SIZE_MAX / 4 - size) return 0;
        size += more;
    }
    return size + ALIGN;
}

mlops_status mlops__edge_graph_start(mlops__edge_graph *self, void *mem) {
    size_t size = mlops__graph_size(&self->graph, 1, 0);
    uint8_t *p = (uint8_t *)mem + (ALIGN - (uintptr_t)mem % ALIGN) % ALIGN;
    MLOPS_TRY(mlops__graph_init(&self->run, p, size, &self->graph, 1, 0));
    self->inputs = p += (size + 7) / 8 * 8;
    for (uint32_t i = 0; i < self->graph.n_inputs; i++) {
        mlops__graph_port port = mlops__graph_in(&self->graph, i);
        MLOPS_TRY(mlops__graph_bind(self->run, i, port.dtype, p));
        p += input_size(&port);
    }
    return MLOPS_OK;
}

mlops_status mlops__edge_graph_predict(const mlops__edge_graph *self, const float *row,
                                       double *out) {
    uint8_t *p = self->inputs;
    for (uint32_t i = 0; i < self->graph.n_inputs; i++) {
        mlops__graph_port port = mlops__graph_in(&self->graph, i);
        for (int64_t j = 0; j < port.width; j++) mlops__graph_put(port.dtype, p, j, (double)*row++);
        p += input_size(&port);
    }
    MLOPS_TRY(mlops__graph_run_rows(self->run, 1, NULL));
    mlops__graph_view view = mlops__graph_result(self->run, (uint32_t)self->shape.prediction);
    if (mlops__view_count(&view) != (int64_t)self->width) return MLOPS_E_INVALID;
    for (uint32_t i = 0; i < self->width; i++) out[i] = mlops__graph_number(&view, i);
    return MLOPS_OK;
}
