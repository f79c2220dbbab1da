/* The container: laid out in memory, written to a file, mapped and checked. */
#include "fault/sweep.h"

#include "file/container.h"
#include "file/file.h"

#include <string.h>

static const uint32_t KIND = MLOPS__KIND('B', 'N', 'D', 'L');
static const uint32_t NUMBERS = MLOPS__KIND('N', 'U', 'M', 'S');

static mlops_status lay_out(mlops__buf *out) {
    uint8_t numbers[3000];
    for (size_t i = 0; i < sizeof numbers; i++) numbers[i] = (uint8_t)(i * 11);
    mlops__section sections[] = {{NUMBERS, 0, numbers, sizeof numbers},
                                 {MLOPS__KIND('N', 'O', 'T', 'E'), 1, "hello", 5}};
    return mlops__container_write(out, KIND, sections, 2, mlops__sha256_blocks_scalar);
}

static int write_container(const mlops_host *given, const char *dir) {
    mlops__host host;
    mlops__buf out;
    sweep_path path;
    MLOPS_TRY(mlops__host_init(&host, given, NULL));
    mlops__buf_init(&out, &host.allocator);
    mlops_status status = lay_out(&out);
    if (!status)
        status = mlops__file_write(&host, sweep_in(&path, dir, "c"), out.data, out.size, NULL);
    mlops__buf_free(&out);
    return status;
}

static int put_container(const mlops_host *host, const char *dir) {
    return write_container(host, dir);
}

static int check_view(const mlops__file_view *view) {
    mlops__container c;
    if (mlops__container_open(&c, view->data, view->size, KIND, NULL)) return SWEEP_WRONG;
    if (mlops__container_verify(&c, mlops__sha256_blocks_scalar, NULL)) return SWEEP_WRONG;
    mlops__cursor numbers = mlops__container_find(&c, NUMBERS);
    return numbers.size == 3000 && numbers.data[2] == 22 ? MLOPS_OK : SWEEP_WRONG;
}

static int open_container(const mlops_host *given, const char *dir) {
    mlops__host host;
    mlops__file_view view;
    sweep_path path;
    MLOPS_TRY(mlops__host_init(&host, given, NULL));
    MLOPS_TRY(mlops__file_open(&view, &host, sweep_in(&path, dir, "c"), 1 << 20, 1, NULL));
    int result = check_view(&view);
    mlops__file_close(&view, &host);
    return result;
}

const sweep_scenario sweep_container[] = {
    {"container: write", NULL, write_container, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"container: open", put_container, open_container, NULL, SWEEP_IO},
    {NULL, NULL, NULL, NULL, 0},
};
