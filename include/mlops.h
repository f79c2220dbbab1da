/* mlops.h: all of libmlops. One header per noun; each can be included alone. */
#ifndef MLOPS_H
#define MLOPS_H

#include <mlops/arrow.h>
#include <mlops/audit.h>
#include <mlops/base.h>
#include <mlops/bundle.h>
#include <mlops/call.h>
#include <mlops/change.h>
#include <mlops/check.h>
#include <mlops/dataset.h>
#include <mlops/dataset_merge.h>
#include <mlops/dataset_read.h>
#include <mlops/deploy.h>
#include <mlops/diff.h>
#include <mlops/draft.h>
#include <mlops/draft_stream.h>
#include <mlops/drift.h>
#include <mlops/edge.h>
#include <mlops/expectation.h>
#include <mlops/experiment.h>
#include <mlops/feature.h>
#include <mlops/featurestore.h>
#include <mlops/folder.h>
#include <mlops/gc.h>
#include <mlops/host.h>
#include <mlops/merge.h>
#include <mlops/metric.h>
#include <mlops/model.h>
#include <mlops/monitor.h>
#include <mlops/online.h>
#include <mlops/profile.h>
#include <mlops/promote.h>
#include <mlops/quality.h>
#include <mlops/reference.h>
#include <mlops/registry.h>
#include <mlops/remote.h>
#include <mlops/run.h>
#include <mlops/split.h>
#include <mlops/stats.h>
#include <mlops/store.h>
#include <mlops/table.h>
#include <mlops/table_out.h>
#include <mlops/transfer.h>
#include <mlops/watch.h>

#endif
