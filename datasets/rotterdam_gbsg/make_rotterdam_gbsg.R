# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Brings the two breast cancer cohorts of the R package survival to the same columns, so that a
# model trained on Rotterdam can be validated on GBSG:
#   Rscript datasets/rotterdam_gbsg/make_rotterdam_gbsg.R [folder, default: the folder of this script]
#
# Recurrence-free survival in Rotterdam: the day of recurrence, else the day of death or of the last
# contact (Royston and Altman 2013). McLernon 2023 starts from the last contact for recurrence and
# moves the 43 patients who died later without a recorded recurrence to their day of death; the two
# rules give the same times in these data, which is asserted below.
# Only needed to make the files again: R is no dependency of vigil.

suppressPackageStartupMessages(library(survival))

script <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])
arguments <- commandArgs(TRUE)
folder <- if (length(arguments)) arguments[1] else dirname(script)
source(file.path(dirname(script), "..", "write_exact_csv.R"))

rfs <- pmax(rotterdam$recur, rotterdam$death)
rfs_days <- with(rotterdam, ifelse(recur == 1, rtime, dtime))

late_death <- with(rotterdam, recur == 0 & death == 1 & rtime < dtime)
stopifnot(sum(late_death) == 43,
          rfs_days == ifelse(late_death, rotterdam$dtime, rotterdam$rtime))

write_exact_csv(data.frame(
  id = paste0("R", rotterdam$pid), rfs_days, rfs,
  rotterdam[c("age", "meno", "size", "grade", "nodes", "pgr", "er", "hormon")]
), file.path(folder, "rotterdam.csv"))

size_class <- cut(gbsg$size, c(0, 20, 50, Inf), levels(rotterdam$size))  # right-closed classes
write_exact_csv(data.frame(
  id = paste0("G", gbsg$pid), rfs_days = gbsg$rfstime, rfs = gbsg$status,
  gbsg[c("age", "meno")], size = size_class, gbsg[c("grade", "nodes", "pgr", "er", "hormon")]
), file.path(folder, "gbsg.csv"))
