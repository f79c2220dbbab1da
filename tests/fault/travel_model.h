/* A dataset of two versions that travels, for scenarios that cut it short. */
#ifndef TESTS_FAULT_TRAVEL_MODEL_H
#define TESTS_FAULT_TRAVEL_MODEL_H

#include <mlops.h>

void travel_begin(void); /* draws the versions */
int travel_commit(mlops_store *s, int version);
int travel_push(mlops_store *s, const mlops_share *share);
int travel_pull(mlops_store *s, const mlops_share *share);

/* The newest version of the branch, all of it; -1: none; -2: what is there is none of them. */
int travel_version(mlops_store *s);

#endif
