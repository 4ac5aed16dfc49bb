# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Tests of features beside a Cox model without them, by R: added_value.csv. Run by hand in this folder: Rscript make_added_value.R
#
#   likelihood_ratio, score  of diagtime, trt and prior beside karno and age: twice the difference of the log likelihoods; the score test
#                            at the coefficients of the model without them (no iteration)
#   coefficient, se          of trt alone beside them, per standard deviation (divisor n)
#   global                   mean over the three features of the square of x'r, r martingale residuals of the model without them, x
#                            standardized (divisor n): the statistic of Goeman et al. 2005
library(survival)

v <- survival::veteran
i <- seq_len(nrow(v))
v$trt <- as.numeric(v$trt)
v$prior <- as.numeric(v$prior)
v$from <- ifelse(i %% 3 == 0, floor(v$time / 2), 0)
features <- c("diagtime", "trt", "prior")
standardized <- sapply(features, function(name) {
  x <- v[[name]]
  (x - mean(x)) / sqrt(mean((x - mean(x))^2))
})
for (name in features) v[[name]] <- standardized[, name]
cases <- list(plain = c("Surv(time, status)", ""), strata = c("Surv(time, status)", "+ strata(celltype)"),
  entry = c("Surv(from, time, status)", ""))
control <- coxph.control(eps = 1e-14, iter.max = 50)

rows <- list()
for (name in names(cases)) for (ties in c("breslow", "efron")) {
  model <- function(columns, ...) coxph(as.formula(paste(cases[[name]][1], "~ karno + age", columns, cases[[name]][2])), v,
    ties = ties, control = control, ...)
  null <- model("")
  with <- model("+ diagtime + trt + prior")
  start <- coxph(as.formula(paste(cases[[name]][1], "~ karno + age + diagtime + trt + prior", cases[[name]][2])), v, ties = ties,
    init = c(coef(null), 0, 0, 0), control = coxph.control(iter.max = 0))
  single <- model("+ trt")
  r <- residuals(null, type = "martingale")
  rows[[length(rows) + 1]] <- data.frame(case = name, ties = ties,
    likelihood_ratio = 2 * (with$loglik[2] - null$loglik[2]), score = start$score,
    coefficient = coef(single)[["trt"]], se = sqrt(diag(vcov(single)))[["trt"]],
    global = mean(colSums(standardized * r)^2))
}
numbers <- function(x) trimws(formatC(x, digits = 15, format = "g"))
table <- do.call(rbind, rows)
for (column in 3:7) table[[column]] <- numbers(table[[column]])
writeLines(paste0("# R ", getRversion(), ", survival ", packageVersion("survival"), ", make_added_value.R"), "added_value.csv")
suppressWarnings(write.table(table, "added_value.csv", append = TRUE, sep = ",", quote = FALSE, row.names = FALSE))
