# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Gray's test, three groups and strata, and Aalen's variance: the numbers in tests/reference/gray_test.cpp.
#   Rscript tests/reference/make_gray.R        (cmprsk 2.2-11, survival 3.5-3)

suppressPackageStartupMessages({
  library(survival)
  library(cmprsk)
})

mgus <- mgus2
time <- with(mgus, ifelse(pstat == 0, futime, ptime))
cause <- with(mgus, ifelse(pstat == 0, 2 * death, 1))
decade <- with(mgus, ifelse(age < 65, 0, ifelse(age < 75, 1, 2)))
show <- function(what, value) cat(what, format(value, digits = 15), "\n")

three <- cuminc(time, cause, decade, cencode = 0)$Tests
show("three groups, progression", three["1", ])
show("three groups, death", three["2", ])
strata <- cuminc(time, cause, mgus$sex, strata = decade, cencode = 0)$Tests
show("sex within age groups, progression", strata["1", ])
show("sex within age groups, death", strata["2", ])
curve <- cuminc(time, cause, cencode = 0)
for (t in c(60, 240)) show(paste("variance, death,", t), timepoints(curve, t)$var["1 2", ])
