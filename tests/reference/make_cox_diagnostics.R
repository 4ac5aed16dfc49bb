# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Robust standard errors and tests of proportional hazards: the expected values in cox_diagnostics_test.cpp.
#   Rscript tests/reference/make_cox_diagnostics.R        (R 4.2.2, survival 3.5-3)

suppressPackageStartupMessages(library(survival))
show <- function(what, x) cat(what, paste(format(x, digits = 15), collapse = ", "), "\n")

v <- veteran
v$entry <- ifelse(seq_len(nrow(v)) %% 3 == 0, floor(v$time / 3), 0)
v$w <- 1 + (seq_len(nrow(v)) %% 4) / 2
v$g <- seq_len(nrow(v)) %% 20
for (ties in c("efron", "breslow")) {
  f <- coxph(Surv(entry, time, status) ~ karno + age + strata(trt), v, weights = w, ties = ties,
    cluster = g, control = coxph.control(eps = 1e-12, iter.max = 50))
  show(paste("entry, strata, weights, cluster", ties), sqrt(diag(vcov(f))))
  f <- coxph(Surv(time, status) ~ karno + age, v, weights = w, ties = ties, robust = TRUE,
    control = coxph.control(eps = 1e-12, iter.max = 50))
  show(paste("weights alone", ties), sqrt(diag(vcov(f))))
  f <- coxph(Surv(entry, time, status) ~ karno + age + prior, v, ties = ties)
  show(paste("zph entry", ties), cox.zph(f)$table[, "chisq"])
  f <- coxph(Surv(time, status) ~ karno + age + strata(trt), v, ties = ties)
  show(paste("zph strata", ties), cox.zph(f)$table[, "chisq"])
}
