# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Intervals by nested cross-validation, by base R: nested_cv_losses.csv, nested_cv.csv. Run by hand in this folder: Rscript make_nested_cv.R
#
# Losses: 23 subjects, 2 repeats of 4 folds. loss[i, j, k]: of subject i in fold j by a model fitted without the folds j and k; j = k: without
# fold j alone. Worked out from arrays by the words of algorithm 1 of Bates, Hastie and Tibshirani (arXiv 2104.00673); three cases:
#   between   losses with effects of the model's folds, so that the interval is inflated
#   least     losses without: the inflation is clipped at 1
#   most      large effects: it is clipped at sqrt(K)
n <- 23
k <- 4
repeats <- 2
losses <- list()
results <- list()
number <- function(x) trimws(formatC(x, digits = 15, format = "g"))
effects <- c(between = 0.14, least = 0, most = 0.3)
seeds <- c(between = 20260102, least = 20260106, most = 20260102)
for (case in names(effects)) {
  set.seed(seeds[[case]])
  a <- b <- es <- outs <- c()
  spread <- effects[[case]]
  for (r in seq_len(repeats)) {
    fold <- sample(rep(seq_len(k), length.out = n))
    base <- rexp(n, 4)
    effect <- matrix(rnorm(k * k), k)
    effect <- (effect + t(effect)) / 2
    loss <- function(i, j) round(abs(base[i] + spread * effect[fold[i], j] + 0.02 * sin(i * j) + 0.03 * (j != fold[i])), 6)
    for (j in seq_len(k)) {
      outside <- which(fold != j)
      inside <- which(fold == j)
      e_in <- loss(outside, j)
      e_out <- loss(inside, j)
      a <- c(a, (mean(e_in) - mean(e_out))^2)
      b <- c(b, var(e_out) / length(e_out))
      es <- c(es, e_in)
      outs <- c(outs, e_out)
      losses[[length(losses) + 1]] <- paste(case, r, j, "inner", number(e_in), sep = ",")
      losses[[length(losses) + 1]] <- paste(case, r, j, "outer", number(e_out), sep = ",")
    }
  }
  mse <- mean(a) - mean(b)
  inflation <- min(max(sqrt(max(mse, 0)) / (sd(es) / sqrt(n * (k - 1) / k)), 1), sqrt(k))
  bias <- (1 + ((k - 2) / k)^1.5) * (mean(es) - mean(outs))
  se <- inflation * sd(es) / sqrt(n)
  estimate <- mean(es) - bias
  values <- c(estimate = estimate, se = se, lower = estimate - qnorm(0.95) * se, upper = estimate + qnorm(0.95) * se,
    cross_validated = mean(outs), nested = mean(es), mean_squared_error = mse, inflation = inflation)
  if (case == "between") { # the width as the paper states it
    stopifnot(inflation > 1, inflation < 2, abs(se - sqrt((k - 1) / k) * sqrt(mse)) < 1e-12)
  } else {
    stopifnot(inflation == c(least = 1, most = 2)[[case]])
  }
  results <- c(results, paste(case, names(values), number(values), sep = ","))
}
head <- paste0("# R ", getRversion(), ", make_nested_cv.R")
writeLines(c(head, "case,repeat,fold,kind,loss", unlist(losses)), "nested_cv_losses.csv")
writeLines(c(head, "case,quantity,value", unlist(results)), "nested_cv.csv")
