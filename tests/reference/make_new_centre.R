# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# What a new centre may expect, by R: new_centre_pairs.csv, new_centre.csv. Run by hand in this folder: Rscript make_new_centre.R
#
# Pairs of estimates (logit C and calibration slope of a centre) with their covariance within the centre, three cases:
#   spread    both vary between centres
#   bound     the second does not vary between centres more than by chance: the estimate lies on the bound of the covariances
#   line      both vary, perfectly correlated: on the bound too
# and of each case
#   tau_11, tau_12, tau_22, mu_1, mu_2    covariance between centres and means by restricted likelihood: optim over Cholesky factors
#             from several starts, polished; of spread also rma.mv of metafor (struct = "UN")
#   scale_11, scale_12, scale_22          tau + H2 (sum (tau + S)^-1)^-1, H2 = sum r'(tau + S)^-1 r / (2 (k - 1))   Jackson and Riley 2014
#   joint                                 P(first > logit 0.7 and 0.8 <= second <= 1.2), bivariate t, k - 1 degrees of freedom: the
#             density of the first times the conditional probability of the second, integrated; held against mvtnorm
# univariate of the first estimates alone (rma of metafor, test = "knha"):
#   above                                 1 - pt((logit 0.7 - mu) / sqrt(tau2 + se^2), k - 1)
library(metafor)
library(mvtnorm)

set.seed(20260101)
draw <- function(k, tau, mean) {
  between <- if (det(tau) > 1e-12) t(chol(tau)) else rbind(c(sqrt(tau[1, 1]), 0), c(tau[1, 2] / max(sqrt(tau[1, 1]), 1e-300), 0))
  t(sapply(seq_len(k), function(s) {
    v1 <- runif(1, 0.01, 0.08)
    v2 <- runif(1, 0.01, 0.06)
    c12 <- runif(1, 0.2, 0.8) * sqrt(v1 * v2)
    within <- t(chol(matrix(c(v1, c12, c12, v2), 2)))
    y <- mean + between %*% rnorm(2) + within %*% rnorm(2)
    round(c(y, v1, c12, v2), 4)
  }))
}
cases <- list(
  spread = draw(12, matrix(c(0.16, 0.06, 0.06, 0.09), 2), c(1.05, 0.95)),
  bound = draw(9, matrix(c(0.20, 0, 0, 0), 2), c(1.1, 1.0)),
  line = draw(8, matrix(c(0.25, 0.2, 0.2, 0.16), 2), c(1.0, 0.9)))
# Less spread of the second than its errors explain.
cases$bound[, 2] <- round(1 + 0.3 * (cases$bound[, 2] - 1), 4)

parts <- function(tau, data) {
  total <- 0
  a <- matrix(0, 2, 2)
  b <- c(0, 0)
  for (s in seq_len(nrow(data))) {
    v <- tau + matrix(data[s, c(3, 4, 4, 5)], 2)
    w <- solve(v)
    a <- a + w
    b <- b + w %*% data[s, 1:2]
    total <- total + log(det(v))
  }
  mu <- solve(a, b)
  squares <- 0
  for (s in seq_len(nrow(data))) {
    r <- data[s, 1:2] - mu
    squares <- squares + t(r) %*% solve(tau + matrix(data[s, c(3, 4, 4, 5)], 2), r)
  }
  list(mu = as.vector(mu), a = a, squares = as.numeric(squares), loss = 0.5 * (total + log(det(a)) + as.numeric(squares)))
}
tau_of <- function(p) matrix(c(p[1]^2, p[1] * p[2], p[1] * p[2], p[2]^2 + p[3]^2), 2)
fit <- function(data) {
  best <- NULL
  for (start in list(c(0.4, 0, 0.3), c(0.3, 0.2, 0.1), c(0.3, -0.2, 0.1), c(0.1, 0.1, 0.05))) {
    at <- start
    for (round in 1:30) {
      found <- optim(at, function(p) parts(tau_of(p), data)$loss, control = list(reltol = 1e-16, maxit = 5000))
      found <- optim(found$par, function(p) parts(tau_of(p), data)$loss, method = "BFGS", control = list(reltol = 1e-16, maxit = 500))
      if (max(abs(found$par - at)) < 1e-10) break
      at <- found$par
    }
    if (is.null(best) || found$value < best$value) best <- found
  }
  tau_of(best$par)
}

number <- function(x) trimws(formatC(x, digits = 15, format = "g"))
values <- list()
keep <- function(case, quantity, value) values[[length(values) + 1]] <<- paste(case, quantity, number(value), sep = ",")
for (case in names(cases)) {
  data <- cases[[case]]
  k <- nrow(data)
  tau <- fit(data)
  at <- parts(tau, data)
  scale <- tau + at$squares / (2 * (k - 1)) * solve(at$a)
  for (q in list(c("tau_11", tau[1, 1]), c("tau_12", tau[1, 2]), c("tau_22", tau[2, 2]), c("mu_1", at$mu[1]), c("mu_2", at$mu[2]),
    c("scale_11", scale[1, 1]), c("scale_12", scale[1, 2]), c("scale_22", scale[2, 2]), c("loss", at$loss))) {
    keep(case, q[1], as.numeric(q[2]))
  }
  sd <- sqrt(diag(scale))
  r <- scale[1, 2] / prod(sd)
  z <- c((qlogis(0.7) - at$mu[1]) / sd[1], (0.8 - at$mu[2]) / sd[2], (1.2 - at$mu[2]) / sd[2])
  inner <- function(x) {
    s <- sqrt((k - 1 + x^2) / k * (1 - r^2))
    dt(x, k - 1) * (pt((z[3] - r * x) / s, k) - pt((z[2] - r * x) / s, k))
  }
  joint <- sum(mapply(function(a, b) integrate(inner, a, b, rel.tol = 1e-13, abs.tol = 0, subdivisions = 2000)$value,
    z[1] + c(0, 0.5, 1, 2, 4, 8), c(z[1] + c(0.5, 1, 2, 4, 8), Inf)))
  beyond <- function(second) {
    pmvt(lower = c(z[1], second), upper = c(Inf, Inf), df = k - 1, corr = matrix(c(1, r, r, 1), 2), algorithm = TVPACK(1e-14))
  }
  stopifnot(abs(beyond(z[2]) - beyond(z[3]) - joint) < 1e-7)
  keep(case, "joint", joint)
  one <- rma(data[, 1], data[, 3], method = "REML", test = "knha", control = list(threshold = 1e-14, maxiter = 10000))
  keep(case, "above", 1 - pt((qlogis(0.7) - one$b[1]) / sqrt(one$tau2 + one$se^2), k - 1))
}

# The same by metafor: an independent fit of the case that has its optimum inside.
data <- cases$spread
k <- nrow(data)
long <- data.frame(y = as.vector(t(data[, 1:2])), which = factor(rep(1:2, k)), centre = rep(seq_len(k), each = 2))
within <- bldiag(lapply(seq_len(k), function(s) matrix(data[s, c(3, 4, 4, 5)], 2)))
theirs <- rma.mv(y, within, mods = ~ which - 1, random = ~ which | centre, struct = "UN", data = long, method = "REML",
  control = list(optimizer = "nlminb", rel.tol = 1e-12))
for (q in list(c("metafor_tau_11", theirs$tau2[1]), c("metafor_tau_12", theirs$rho * sqrt(prod(theirs$tau2))),
  c("metafor_tau_22", theirs$tau2[2]), c("metafor_mu_1", theirs$b[1]), c("metafor_mu_2", theirs$b[2]))) {
  keep("spread", q[1], as.numeric(q[2]))
}

head <- paste0("# R ", getRversion(), ", metafor ", packageVersion("metafor"), ", mvtnorm ", packageVersion("mvtnorm"), ", make_new_centre.R")
writeLines(c(head, "case,quantity,value", unlist(values)), "new_centre.csv")
pairs <- do.call(rbind, lapply(names(cases), function(case) cbind(case, cases[[case]])))
writeLines(c(head, "case,first,second,variance_first,covariance,variance_second", apply(pairs, 1, paste, collapse = ",")),
  "new_centre_pairs.csv")
