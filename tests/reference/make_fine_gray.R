# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Fine and Gray's regression of mgus2: the numbers in tests/reference/fine_gray_test.cpp.
#   Rscript tests/reference/make_fine_gray.R        (cmprsk 2.2-11, survival 3.5-3)

suppressPackageStartupMessages({
  library(survival)
  library(cmprsk)
})
show <- function(what, x) cat(what, paste(format(x, digits = 15), collapse = ", "), "\n")

d <- subset(mgus2, !is.na(mspike) & !is.na(creat) & !is.na(hgb))
time <- with(d, ifelse(pstat == 0, futime, ptime))
cause <- with(d, ifelse(pstat == 0, 2 * death, 1))
for (k in 1:2) {
  f <- crr(time, cause, cbind(d$mspike, d$age, d$hgb), failcode = k, cencode = 0, gtol = 1e-12)
  show(paste("coefficients, cause", k), f$coef)
  show(paste("SE, cause", k), sqrt(diag(f$var)))
  show(paste("log L, null, cause", k), c(f$loglik, f$loglik.null))
  p <- predict(f, cbind(1.5, 70, 13))
  show(paste("risk at 60, 120, cause", k), sapply(c(60, 120), function(t) p[sum(p[, 1] <= t), 2]))
}
