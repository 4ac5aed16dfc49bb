# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Paths of glmnet on small data without tied times: tests/reference/penalized_path.csv.
# Run by hand in this folder: Rscript make_penalized.R
# Penalty factors: glmnet rescales them to sum to p, vigil takes them as given; the factors below sum to p.
suppressMessages(library(glmnet))
library(survival)
set.seed(20260101)
n <- 40; p <- 12
x <- matrix(round(rnorm(n * p), 3), n, p)
eta <- x[, 1] - 0.7 * x[, 2] + 0.5 * x[, 3]
time <- round(rexp(n) * exp(-eta) * 1000) + seq_len(n) / 1000 # no ties
event <- as.integer(runif(n) < 0.7)
weight <- round(0.5 + runif(n), 3)
factor <- c(0, 2, rep(1, p - 2))
stopifnot(!anyDuplicated(time), sum(factor) == p)
data <- data.frame(time = format(time, digits = 15, trim = TRUE), event, weight, x)
write.csv(data, "penalized_data.csv", row.names = FALSE, quote = FALSE)
rows <- list()
solve <- function(name, alpha, w, f) {
  fit <- glmnet(x, Surv(time, event), family = "cox", alpha = alpha, weights = w, penalty.factor = f,
                thresh = 1e-14, maxit = 1e7, nlambda = 20, lambda.min.ratio = 0.05)
  k <- length(fit$lambda)
  for (point in unique(c(1, 2, round(k / 2), k))) {
    b <- as.numeric(coef(fit)[, point])
    for (j in seq_len(p)) rows[[length(rows) + 1]] <<- data.frame(case = name, point = point,
      lambda = format(fit$lambda[point], digits = 15, trim = TRUE), deviance_explained = format(fit$dev.ratio[point], digits = 15, trim = TRUE),
      feature = j, coefficient = format(b[j], digits = 15, trim = TRUE))
  }
}
one <- rep(1, n); plain <- rep(1, p)
solve("lasso", 1, one, plain)
solve("elastic_net", 0.5, one, plain)
solve("weights", 1, weight, plain)
solve("factors", 0.8, weight, factor)
out <- file("penalized_path.csv", "w")
writeLines(paste0("# R ", getRversion(), ", glmnet ", packageVersion("glmnet"), ", survival ", packageVersion("survival"),
                  ", seed 20260101, thresh 1e-14, make_penalized.R"), out)
write.csv(do.call(rbind, rows), out, row.names = FALSE, quote = FALSE)
close(out)
# Cross-validation with named folds (subject i in fold 1 + (i - 1) mod 5), grouped = Verweij and van Houwelingen.
# The lambdas are given: otherwise glmnet fits each fold on a grid of its own and interpolates.
lambda <- glmnet(x, Surv(time, event), family = "cox", nlambda = 20, lambda.min.ratio = 0.05)$lambda
cv <- cv.glmnet(x, Surv(time, event), family = "cox", foldid = 1 + (seq_len(n) - 1) %% 5, grouped = TRUE,
                thresh = 1e-14, maxit = 1e7, lambda = lambda)
out <- file("penalized_cv.csv", "w")
writeLines(paste0("# R ", getRversion(), ", glmnet ", packageVersion("glmnet"), ", seed 20260101, thresh 1e-14, make_penalized.R"), out)
write.csv(data.frame(point = seq_along(cv$lambda), lambda = format(cv$lambda, digits = 15, trim = TRUE), loss = format(cv$cvm, digits = 15, trim = TRUE),
                     loss_se = format(cv$cvsd, digits = 15, trim = TRUE), minimum = as.integer(cv$lambda == cv$lambda.min),
                     one_se = as.integer(cv$lambda == cv$lambda.1se)), out, row.names = FALSE, quote = FALSE)
close(out)
