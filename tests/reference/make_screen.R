# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Score tests of single columns given a Cox model, and adjusted p-values, by R: screen_coxph.csv and screen_adjusted.csv.
# Run by hand in this folder: Rscript make_screen.R
#
# A row of screen_coxph.csv: the model with the feature at the coefficients of the model without it (no iteration).
#   score_test  its score test; estimate: score times variance of the feature; se: root of that variance
#   influence   sum over subjects i = 1 .. of cos(i) times i's efficient score: the score residual of the feature less
#               those of the other columns times I_zz^-1 I_zx
library(survival)

v <- survival::veteran
i <- seq_len(nrow(v))
v$trt <- as.numeric(v$trt)
v$prior <- as.numeric(v$prior)
v$from <- ifelse(i %% 3 == 0, floor(v$time / 2), 0)
v$w <- 1 + (i %% 3) / 2
v$all <- 1
cases <- list(
  plain = list(left = "Surv(time, status)", right = "", weights = v$all),
  strata = list(left = "Surv(time, status)", right = "+ strata(celltype)", weights = v$all),
  entry = list(left = "Surv(from, time, status)", right = "", weights = v$all),
  weights = list(left = "Surv(time, status)", right = "", weights = v$w),
  all = list(left = "Surv(from, time, status)", right = "+ strata(celltype)", weights = v$w))

rows <- list()
for (name in names(cases)) for (ties in c("breslow", "efron")) for (feature in c("diagtime", "trt", "prior")) {
  case <- cases[[name]]
  v$weight_of_case <- case$weights
  null <- coxph(as.formula(paste(case$left, "~ karno + age", case$right)), v, weights = weight_of_case, ties = ties)
  with <- coxph(as.formula(paste(case$left, "~ karno + age +", feature, case$right)), v, weights = weight_of_case,
    ties = ties, init = c(coef(null), 0), control = coxph.control(iter.max = 0))
  variance <- if (is.null(with$naive.var)) with$var else with$naive.var
  information <- solve(variance)
  u <- residuals(with, type = "score", weighted = TRUE)
  efficient <- u[, 3] - u[, 1:2] %*% solve(information[1:2, 1:2], information[1:2, 3])
  rows[[length(rows) + 1]] <- data.frame(case = name, ties = ties, feature = feature,
    score_test = with$score, estimate = sum(efficient) * variance[3, 3], se = sqrt(variance[3, 3]),
    influence = sum(cos(i) * efficient))
}
numbers <- function(x) trimws(formatC(x, digits = 15, format = "g"))
table <- do.call(rbind, rows)
for (column in 4:7) table[[column]] <- numbers(table[[column]])
write_rows <- function(table, file) {
  writeLines(paste0("# R ", getRversion(), ", survival ", packageVersion("survival"), ", make_screen.R"), file)
  suppressWarnings(write.table(table, file, append = TRUE, sep = ",", quote = FALSE, row.names = FALSE))
}
write_rows(table, "screen_coxph.csv")

k <- 1:40
p <- ((k * 17) %% 41 / 41)^3
p[c(7, 8)] <- p[7]
write_rows(data.frame(p = numbers(p), bh = numbers(p.adjust(p, "BH")), by = numbers(p.adjust(p, "BY")),
                      holm = numbers(p.adjust(p, "holm")), hommel = numbers(p.adjust(p, "hommel"))), "screen_adjusted.csv")
