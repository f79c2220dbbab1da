/* A sensor learns what is usual where it stands, without a heap, and alarms at a chosen rate. */
#include <mlops.h>
#include <stdio.h>

static uint64_t storage[3000];

int main(void) {
    mlops_anomaly *sensor;
    mlops_error e;
    mlops_anomaly_opts opts = MLOPS_ANOMALY_OPTS_INIT;
    float row[2], score;
    double threshold;
    opts.kind = MLOPS_ANOMALY_KNN;
    opts.n_features = 2;
    if (mlops_anomaly_init(&sensor, storage, sizeof storage, &opts, &e))
        return fprintf(stderr, "%s\n", e.message), 1;
    for (int t = 0; t < 3000; t++) { /* two states: off, and on with a load */
        row[0] = (float)(t % 2 * (20 + t * 37 % 10));
        row[1] = 20 + row[0] + (float)(t * 53 % 71) / 20;
        if (mlops_anomaly_add(sensor, row, 1, 2, &e)) return 1;
    }
    if (mlops_anomaly_freeze(sensor, &e) || mlops_anomaly_threshold(sensor, 0.01, &threshold, &e))
        return fprintf(stderr, "%s\n", e.message), 1;
    const float now[3][2] = {{0, 21}, {25, 46}, {10, 30}};
    for (int i = 0; i < 3; i++) {
        if (mlops_anomaly_score(sensor, now[i], 1, 2, &score, &e)) return 1;
        printf("%4.0f %4.0f  score %.2f%s\n", now[i][0], now[i][1], score,
               score > threshold ? "  ALARM" : "");
    }
    return 0;
}
