# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Times ranger on the doubles of make_cohort.py; reading them is outside of the time.
# Rscript time_ranger.R PREFIX SUBJECTS FEATURES key=value..
#   rule=logrank|extratrees  trees=500  min_leaf=5  features_per_split=N  reps=1  seed=1
#   importance=none|permutation
#   scores=FILE  out-of-bag mortality, raw doubles: the sum over event times of the cumulative hazard
# Without replacement, 0.632 of the subjects, one thread. Prints one JSON line; seconds are user and system time.
suppressMessages(library(ranger))
words <- commandArgs(TRUE)
pairs <- strsplit(words[-(1:3)], "=", fixed = TRUE)
given <- setNames(lapply(pairs, `[`, 2), vapply(pairs, `[`, "", 1))
setting <- function(name, otherwise) if (is.null(given[[name]])) otherwise else given[[name]]
prefix <- words[1]
n <- as.integer(words[2])
p <- as.integer(words[3])
doubles <- function(name, count) readBin(paste0(prefix, ".", name), "double", count)
x <- matrix(doubles("x", n * p), n, p, dimnames = list(NULL, paste0("x", seq_len(p))))
y <- survival::Surv(doubles("t", n), doubles("s", n))
grow <- function() {
  ranger(x = x, y = y, num.trees = as.integer(setting("trees", 500)), splitrule = setting("rule", "logrank"), num.random.splits = 1,
         min.node.size = as.integer(setting("min_leaf", 5)), mtry = as.integer(setting("features_per_split", ceiling(sqrt(p)))),
         replace = FALSE, sample.fraction = 0.632, importance = setting("importance", "none"), num.threads = 1,
         seed = as.integer(setting("seed", 1)), verbose = FALSE)
}
seconds <- c()
for (k in seq_len(as.integer(setting("reps", 1)))) {
  spent <- system.time(forest <- grow())
  seconds <- c(seconds, sum(spent[c("user.self", "sys.self")]))
}
if (!is.null(given$scores)) {
  out <- file(given$scores, "wb")
  writeBin(rowSums(forest$chf), out)
  close(out)
}
cat(sprintf('{"seconds":[%s],"own_oob_error":%.6f}\n', paste(format(seconds, digits = 6), collapse = ","), forest$prediction.error))
