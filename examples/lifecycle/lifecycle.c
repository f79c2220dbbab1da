/* The whole loop on real data, in one store: commit, fit features, train with XGBoost, register
 * with lineage, gate, promote, deploy, serve, watch production shift, commit again, retrain, try,
 * promote or refuse, roll back, and prove what happened. examples/run.sh runs it.
 */
#include "life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse(settings *s, int argc, char **argv) {
    *s = (settings){.out = "."};
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *value = argv[i + 1];
        if (!strcmp(argv[i], "--data")) s->data = value;
        else if (!strcmp(argv[i], "--target")) s->target = value;
        else if (!strcmp(argv[i], "--time")) s->time = value;
        else if (!strcmp(argv[i], "--id")) s->id = value;
        else if (!strcmp(argv[i], "--ignore")) s->ignore = value;
        else if (!strcmp(argv[i], "--production")) s->production = value;
        else if (!strcmp(argv[i], "--labels")) s->labels = value;
        else if (!strcmp(argv[i], "--out")) s->out = value;
        else if (!strcmp(argv[i], "--skip-lines")) s->skip_lines = atoi(value);
        else if (!strcmp(argv[i], "--names")) s->column_names = value;
        else return 0;
    }
    return argc % 2 == 1 && s->data && s->target && (!s->labels || (s->production && s->id));
}

static void begin(life *self) {
    self->csv_path = text_of("%s/data.csv", self->s.out);
    self->live_path = text_of("%s/live.csv", self->s.out);
    self->model_path = text_of("%s/model.json", self->s.out);
    self->report_path = text_of("%s/report.html", self->s.out);
    self->bundle_path = text_of("%s/champion.bundle", self->s.out);
    self->grows = self->missing = -1;
    self->state = 7;
}

static void end(life *self) {
    mlops_watch_close(self->watch);
    mlops_online_close(self->customers);
    mlops_deployment_close(self->deployment);
    mlops_feature_unref(self->features);
    mlops_store_close(self->store);
    lines_free(&self->table);
    lines_free(&self->production);
    lines_free(&self->labels);
    free(self->order);
    free(self->csv_path);
    free(self->live_path);
    free(self->model_path);
    free(self->report_path);
    free(self->bundle_path);
}

int main(int argc, char **argv) {
    life self = {0};
    if (!parse(&self.s, argc, argv)) {
        fprintf(stderr,
                "usage: lifecycle --data FILE --target COLUMN [--ignore A,B] [--time COLUMN]\n"
                "                 [--production FILE [--labels FILE --id COLUMN]]\n"
                "                 [--out FOLDER] [--skip-lines N] [--names A,B,...]\n");
        return 2;
    }
    begin(&self);
    tell_store(&self);
    tell_first_commit(&self);
    tell_profile(&self);
    tell_features(&self);
    tell_training(&self, "Train with XGBoost");
    tell_registration(&self);
    tell_gate(&self);
    tell_promotion(&self);
    tell_serving(&self);
    tell_customers(&self);
    tell_calm(&self);
    if (self.s.production) tell_production(&self);
    else tell_shift(&self);
    tell_second_commit(&self);
    tell_features(&self);
    tell_training(&self, "Train again");
    tell_registration(&self);
    tell_canary(&self);
    tell_promotion(&self);
    tell_refusal(&self);
    tell_rollback(&self);
    tell_share(&self);
    tell_evidence(&self);
    end(&self);
    return 0;
}
