# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Cross-validated mixtures of a lasso path and its relaxed fits: glmnet_relaxed_cv.csv, from the data of
# make_glmnet_families.R. Run by hand in this folder: Rscript make_relaxed.R
#
# Subject i is in fold 1 + (i - 1) mod 5; the lambdas of all rows are given to each fold. gamma is the share of the penalized
# coefficients. The fits are glmnet's; the losses are written out here (mean squared error, binomial and Poisson deviance, and
# -2 {log L(all) - log L(training)} per event with Breslow ties) and so are mean and SE over the folds. cv.glmnet itself is no
# reference to these digits: it refits the relaxed columns of a fold at its default threshold, and its partial likelihood
# has a constant of the ties in it. The script stops where it is further from these numbers than that explains.
suppressMessages({library(glmnet); library(survival)})
glmnet.control(fdev = 0, devmax = 1, epsnr = 1e-14, mxitnr = 2000)
data <- read.csv("glmnet_families_data.csv")
x <- as.matrix(data[, paste0("x", 1:10)])
n <- nrow(x)
fold <- 1 + (seq_len(n) - 1) %% 5
shares <- c(0, 0.25, 0.5, 0.75, 1)
digits <- function(v) format(v, digits = 17, trim = TRUE, scientific = TRUE)
tight <- list(thresh = 1e-20, maxit = 1e8)

log_likelihood <- function(eta, rows) {
  value <- 0
  for (i in rows[data$event[rows] == 1]) value <- value + eta[i] - log(sum(exp(eta[rows[data$time[rows] >= data$time[i]]])))
  value
}
held_out <- function(family, eta, test) {
  if (family == "gaussian") return(mean((data$gaussian[test] - eta[test])^2))
  if (family == "binomial") return(-2 * mean(data$binomial[test] * eta[test] - log1p(exp(eta[test]))))
  if (family == "poisson") {
    y <- data$poisson[test]
    return(2 * mean(ifelse(y > 0, y * (log(y) - eta[test]), 0) - (y - exp(eta[test]))))
  }
  -2 * (log_likelihood(eta, seq_len(n)) - log_likelihood(eta, setdiff(seq_len(n), test))) / sum(data$event[test])
}
rows <- list()
for (family in c("gaussian", "binomial", "poisson", "cox")) {
  y <- if (family == "cox") Surv(data$time, data$event) else data[[family]]
  # do.call: relaxing evaluates the call again, in another frame
  fit <- function(part, ...) do.call(glmnet, c(list(x[part, ], if (family == "cox") y[part, ] else y[part], family = family), tight, list(...)))
  lambda <- fit(seq_len(n), nlambda = 12, lambda.min.ratio = 0.02)$lambda
  loss <- array(0, c(length(shares), length(lambda), 5))
  for (k in 1:5) {
    path <- fit(which(fold != k), lambda = lambda, relax = TRUE)
    stopifnot(length(path$lambda) == 12, length(path$relaxed$lambda) == 12)
    for (part in seq_along(shares)) {
      blend <- function(penalized, free) shares[part] * penalized + (1 - shares[part]) * free
      beta <- blend(as.matrix(path$beta), as.matrix(path$relaxed$beta))
      a <- if (family == "cox") rep(0, 12) else blend(path$a0, path$relaxed$a0)
      for (point in 1:12) loss[part, point, k] <- held_out(family, a[point] + drop(x %*% beta[, point]), which(fold == k))
    }
  }
  weight <- if (family == "cox") tapply(data$event, fold, sum) else as.numeric(table(fold))
  mean_loss <- apply(loss, c(1, 2), weighted.mean, w = weight)
  se <- sqrt(apply(sweep(loss, c(1, 2), mean_loss)^2, c(1, 2), weighted.mean, w = weight) / 4)
  cv <- cv.glmnet(x, y, family = family, foldid = fold, grouped = TRUE, relax = TRUE, gamma = shares, lambda = lambda,
                  thresh = 1e-20, maxit = 1e8)
  gap <- sapply(seq_along(shares), function(part) cv$relaxed$statlist[[part]]$cvm - mean_loss[part, ])
  if (family != "cox") stopifnot(max(abs(gap)) < 1e-4 * max(mean_loss))
  stopifnot(diff(range(gap)) < 1e-4 * max(mean_loss))
  best <- which(mean_loss == min(mean_loss), arr.ind = TRUE)
  stopifnot(nrow(best) == 1, cv$relaxed$gamma.min == shares[best[1]], cv$relaxed$lambda.min == lambda[best[2]])
  rows[[family]] <- data.frame(family = family, gamma = rep(shares, each = 12), point = 1:12, lambda = digits(lambda),
    loss = digits(as.numeric(t(mean_loss))), loss_se = digits(as.numeric(t(se))),
    best = as.integer(rep(shares, each = 12) == shares[best[1]] & 1:12 == best[2]))
}
out <- file("glmnet_relaxed_cv.csv", "w")
writeLines(paste0("# R ", getRversion(), ", glmnet ", packageVersion("glmnet"), ", thresh 1e-20, make_relaxed.R"), out)
write.csv(do.call(rbind, rows), out, row.names = FALSE, quote = FALSE)
close(out)
