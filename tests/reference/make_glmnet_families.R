# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Paths of glmnet by family, and coxph at lambda = 0: glmnet_families_data.csv, glmnet_families.csv,
# glmnet_families_options.csv, coxph_unpenalized.csv. Run by hand in this folder: Rscript make_glmnet_families.R
#
# What glmnet 4.1 minimises, as found here (the script stops where a solution does not satisfy the conditions):
#
#   -(1/W) log L + sum_j v_j (l1 |b_j| + l2 / 2 b_j^2),   b per weighted SD (divisor W) when it standardizes,
#   W the sum of the weights; v_j = penalty.factor_j p / sum(penalty.factor)
#
# - binomial, poisson, cox: l1 = lambda alpha, l2 = lambda (1 - alpha).
# - gaussian (log L = -sum w (y - eta)^2 / 2): l1 = lambda alpha, but l2 = lambda (1 - alpha) / sd(y - offset), the SD
#   weighted with divisor W: glmnet solves for y of SD 1 and scales lambda back, which is right for the l1 part only.
# - The intercept is unpenalized: at the optimum sum w residual = 0. Cox has none.
# - Limits are in the raw unit of the feature.
# - The first lambda of alpha < 0.001 is that of alpha = 0.001, the first point of alpha = 0 is not a solution.
#
# Columns `lambda` and `l1_ratio` are therefore those of vigil for penalty factors taken as given:
#   lambda = (l1 + l2) p / sum(penalty.factor),   l1_ratio = l1 / (l1 + l2)
suppressMessages({library(glmnet); library(survival)})
# Strata and delayed entry are solved by another routine of glmnet, which needs hundreds of steps where lambda is small
# and stops after 25 by default (relative violations of 1.9 at the last of these lambdas): a short grid, many steps.
glmnet.control(fdev = 0, devmax = 1, epsnr = 1e-14, mxitnr = 2000)
set.seed(20260301)
n <- 90
p <- 10
noise <- matrix(rnorm(n * p), n, p)
x <- noise
for (j in 2:p) x[, j] <- 0.5 * x[, j - 1] + sqrt(0.75) * noise[, j]
x <- round(x %*% diag(c(1, 3, 0.4, 1, 2, 1, 0.7, 1, 5, 1)) + rep(c(0, 10, -1, 2, 0, 0, 1, 0, 40, 0), each = n), 3)
colnames(x) <- paste0("x", seq_len(p))
signal <- drop(scale(x)[, c(1, 2, 4, 7)] %*% c(0.8, -0.6, 0.5, 0.4))
weight <- round(0.5 + 1.5 * runif(n), 3)
offset <- round(0.4 * rnorm(n), 3)
stratum <- rep(1:3, length.out = n)
gaussian <- round(5 + 3 * (signal + 0.7 * rnorm(n)), 3)
binomial <- as.integer(runif(n) < plogis(signal))
poisson <- rpois(n, exp(0.5 + 0.5 * signal))
event <- as.integer(runif(n) < 0.6)
# events at even times with ties, censoring at odd ones: no censored time equals an event time
time <- 2 * ceiling(12 * rexp(n) * exp(-signal)) + 2 - event %% 2
time <- ifelse(event == 1, 2 * ceiling(time / 2), 2 * ceiling(time / 2) + 1)
entry <- ifelse(seq_len(n) %% 3 == 0, pmin(floor(time / 3), 6) + 0.5, 0)
stopifnot(entry < time, !any(time[event == 0] %in% time[event == 1]), anyDuplicated(time[event == 1]) > 0)
write.csv(data.frame(x, weight, offset, stratum, gaussian, binomial, poisson, event, time, entry), "glmnet_families_data.csv",
          row.names = FALSE, quote = FALSE)

digits <- function(v) format(v, digits = 17, trim = TRUE, scientific = TRUE)
weighted_sd <- function(v, w) sqrt(sum(w * (v - sum(w * v) / sum(w))^2) / sum(w))

# -(1/W) log L and the residual by subject, written plainly.
loss <- function(family, eta, w, strata, start) {
  W <- sum(w)
  if (family == "gaussian") return(list(value = sum(w * (gaussian - eta)^2) / 2 / W, residual = w * (gaussian - eta)))
  if (family == "binomial") return(list(value = -sum(w * (binomial * eta - log1p(exp(eta)))) / W, residual = w * (binomial - plogis(eta))))
  if (family == "poisson") return(list(value = -sum(w * (poisson * eta - exp(eta))) / W, residual = w * (poisson - exp(eta))))
  value <- 0
  residual <- w * event
  for (i in which(event == 1)) {
    at_risk <- time >= time[i] & start < time[i] & strata == strata[i]
    share <- at_risk * w * exp(eta)
    value <- value - w[i] * (eta[i] - log(sum(share)))
    residual <- residual - w[i] * share / sum(share)
  }
  list(value = value / W, residual = residual)
}

one <- rep(1, n)
none <- rep(0, n)
plain <- rep(1, p)
rows <- list()
options <- list()
solve <- function(name, family, alpha = 1, w = one, off = none, factor = plain, lower = -Inf, upper = Inf, standardize = TRUE,
                  strata = FALSE, delayed = FALSE, relax = FALSE, points = 12, ratio = 0.02) {
  y <- switch(family, gaussian = gaussian, binomial = binomial, poisson = poisson,
              cox = if (delayed) Surv(entry, time, event) else Surv(time, event))
  if (strata) y <- stratifySurv(y, stratum)
  # do.call: relaxing evaluates the call again, in another frame
  path <- do.call(glmnet, list(x, y, family = family, alpha = alpha, weights = w, offset = if (any(off != 0)) off,
    penalty.factor = factor, lower.limits = lower, upper.limits = upper, standardize = standardize, thresh = 1e-20, maxit = 1e8,
    nlambda = points, lambda.min.ratio = ratio, relax = relax))
  shown <- if (relax) path$relaxed else path
  own_strata <- if (strata) stratum else rep(1, n)
  start <- if (delayed) entry else rep(-1, n)
  s <- if (standardize) apply(x, 2, weighted_sd, w = w) else plain
  v <- factor * p / sum(factor)
  y_sd <- if (family == "gaussian") weighted_sd(gaussian - off, w) else 1
  options[[name]] <<- data.frame(case = name, family = family, weights = as.integer(any(w != 1)), offset = as.integer(any(off != 0)),
    standardize = as.integer(standardize), strata = as.integer(strata), delayed = as.integer(delayed), relaxed = as.integer(relax),
    lower = min(lower), upper = max(upper), factor = paste(factor, collapse = " "), largest_lambda =
      if (alpha > 0) digits(path$lambda[1] * p / sum(factor) * (alpha + (1 - alpha) / y_sd)) else "NA")
  for (point in sort(unique(c(2, 4, round(points / 2) + 1, points)))) {
    lambda <- path$lambda[point]
    l1 <- lambda * alpha
    l2 <- lambda * (1 - alpha) / y_sd
    b <- as.numeric(shown$beta[, point])
    a <- if (family == "cox") 0 else shown$a0[point]
    here <- loss(family, a + off + drop(x %*% b), w, own_strata, start)
    g <- drop(crossprod(x, here$residual)) / sum(w) / s
    B <- b * s
    selected <- as.numeric(path$beta[, point]) != 0
    violation <- if (relax) ifelse(selected, abs(g), 0) else
      ifelse(B == 0, pmax(0, abs(g) - v * l1), abs(g - v * (l1 * sign(B) + l2 * B)))
    # at a limit the objective must fall towards the outside
    outwards <- sign(b) * (sign(B) * g - v * (l1 + l2 * abs(B)))
    held <- (b < lower + 1e-12 & outwards < 0) | (b > upper - 1e-12 & outwards > 0)
    violation[held] <- 0
    if (family != "cox") violation <- c(violation, abs(sum(here$residual)) / sum(w))
    if (max(violation) > 1e-8 * lambda) stop(name, " point ", point, ": relative violation ", max(violation) / lambda)
    objective <- here$value + sum(v * (l1 * abs(B) + l2 / 2 * B^2))
    rows[[length(rows) + 1]] <<- data.frame(case = name, point = point, lambda = digits((l1 + l2) * p / sum(factor)),
      l1_ratio = digits(l1 / (l1 + l2)), objective = digits(objective), violation = format(max(violation) / lambda, digits = 2),
      feature = 0:p, coefficient = digits(c(a, b)))
  }
}

fixed <- c(0, 2, 0.5, rep(1, p - 3)) # sums to 9.5: glmnet rescales it
for (family in c("gaussian", "binomial", "poisson", "cox")) {
  case <- function(label, ...) solve(paste(family, label, sep = "_"), family, ...)
  case("lasso")
  case("half", alpha = 0.5)
  case("tenth", alpha = 0.1)
  case("ridge", alpha = 0)
  case("weights", w = weight)
  case("offset", alpha = 0.5, off = offset)
  case("factors", alpha = 0.5, w = weight, off = offset, factor = fixed)
  case("raw", alpha = 0.5, w = weight, standardize = FALSE)
  case("limits", alpha = 0.7, lower = -0.05, upper = 0.1)
  case("relaxed", relax = TRUE)
}
solve("cox_strata", "cox", alpha = 0.5, w = weight, strata = TRUE, points = 5, ratio = 0.4)
solve("cox_delayed", "cox", alpha = 0.5, w = weight, delayed = TRUE, points = 5, ratio = 0.4)
solve("cox_delayed_strata", "cox", delayed = TRUE, strata = TRUE, off = offset, points = 5, ratio = 0.4)

title <- paste0("# R ", getRversion(), ", glmnet ", packageVersion("glmnet"), ", survival ", packageVersion("survival"),
                ", seed 20260301, make_glmnet_families.R")
write_rows <- function(table, name, note) {
  out <- file(name, "w")
  writeLines(paste0(title, note), out)
  write.csv(table, out, row.names = FALSE, quote = FALSE)
  close(out)
}
write_rows(do.call(rbind, rows), "glmnet_families.csv", ", thresh 1e-20; lambda, l1_ratio: of vigil; feature 0: intercept")
write_rows(do.call(rbind, options), "glmnet_families_options.csv", "")

# coxph without a penalty.
fits <- list()
unpenalized <- function(name, ties, formula, w = one) {
  fit <- coxph(formula, data.frame(x, w), weights = w, ties = ties, control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100))
  fits[[length(fits) + 1]] <<- data.frame(case = name, ties = ties, log_likelihood = digits(fit$loglik[2]), feature = seq_along(coef(fit)),
                                          coefficient = digits(as.numeric(coef(fit))))
}
for (ties in c("breslow", "efron")) {
  unpenalized("plain", ties, Surv(time, event) ~ x1 + x2 + x3 + x4 + x5)
  unpenalized("weights", ties, Surv(time, event) ~ x1 + x2 + x3 + x4 + x5, weight)
  unpenalized("strata", ties, Surv(time, event) ~ x1 + x2 + x3 + x4 + x5 + strata(stratum), weight)
  unpenalized("delayed", ties, Surv(entry, time, event) ~ x1 + x2 + x3 + x4 + x5 + offset(offset), weight)
  unpenalized("delayed_strata", ties, Surv(entry, time, event) ~ x1 + x2 + x3 + x4 + x5 + strata(stratum))
}
write_rows(do.call(rbind, fits), "coxph_unpenalized.csv", "")
