# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Risks with limits, delayed entry and case weights of coxph: the expected values in cox_test.cpp.
# Run by hand: Rscript make_cox.R
library(survival)
cat("R", as.character(getRversion()), "survival", as.character(packageVersion("survival")), "\n")
show <- function(name, x) cat(name, formatC(x, digits = 15, format = "g"), "\n")

v <- survival::veteran
new <- data.frame(trt = 1, karno = 60, age = 50, prior = 0)
for (ties in c("efron", "breslow")) {
  f <- coxph(Surv(time, status) ~ trt + karno + age + prior, v, ties = ties)
  s <- summary(survfit(f, new, conf.type = "log-log"), times = 100)
  show(paste(ties, "risk lower upper at 100"), c(1 - s$surv, 1 - s$upper, 1 - s$lower))
}
# entry: age scale in days by a rule that needs no random numbers; weights 1, 2, 3 in turn
v$entry <- ifelse(seq_len(nrow(v)) %% 3 == 0, floor(v$time / 2), 0)
v$w <- 1 + (seq_len(nrow(v)) %% 3) / 2
for (ties in c("efron", "breslow")) {
  f <- coxph(Surv(entry, time, status) ~ karno + age, v, weights = w, ties = ties)
  show(paste(ties, "entry, weights: coefficients"), coef(f))
  show(paste(ties, "entry, weights: SE"), sqrt(diag(if (is.null(f$naive.var)) f$var else f$naive.var)))
  show(paste(ties, "entry, weights: loglik"), f$loglik)
}
f <- coxph(Surv(time, status) ~ karno + offset(age / 50) + strata(celltype), v)
show("strata, offset: coefficient, loglik", c(coef(f), f$loglik))
