/* The first lines: a row in, a probability out, and the traffic watched. Run it in examples/data.
 */
#include <mlops.h>
#include <stdio.h>

int main(void) {
    mlops_model *m;
    mlops_monitor *w;
    mlops_error e;
    const float x[30] = {12.5f, 23, 800, 3.2f};
    char text[1 << 16];
    double p;
    if (mlops_model_load(&m, "fraud.json", NULL, &e) ||
        mlops_monitor_new(&w, m, "train.csv", NULL, &e))
        return fprintf(stderr, "%s\n", e.message), 1;
    mlops_model_predict(m, x, 1, 30, &p, 1); /* about a microsecond */
    mlops_monitor_add(w, x, 1, 30, &p, 1);
    mlops_monitor_metrics(w, text, sizeof text, NULL); /* Prometheus text */
    printf("probability %.4f\n%.200s...\n", p, text);
    mlops_monitor_free(w);
    mlops_model_unref(m);
    return 0;
}
