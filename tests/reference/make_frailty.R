# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Gamma frailties: the expected values in frailty_test.cpp.
#   Rscript tests/reference/make_frailty.R        (R 4.2.2, survival 3.5-3)
#
# coxph at a given variance; its search for the variance stops early, so that the largest of its marginal likelihoods is found
# here. `full` is the marginal likelihood of Klein (1992) with a free jump of the baseline at each event time, maximised and
# differentiated by number: no penalized likelihood and no formula of the program is in it.

suppressPackageStartupMessages(library(survival))
show <- function(what, x) cat(what, paste(format(x, digits = 15), collapse = ", "), "\n")
strict <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 100, outer.max = 50)

at <- function(formula, data, g, theta, ties = "efron") {
  data$g <- data[[g]]
  whole <- update(formula, paste(". ~ . + frailty(g, theta =", format(theta, digits = 17), ", sparse = FALSE)"))
  suppressWarnings(coxph(whole, data, ties = ties, control = strict))
}
marginal <- function(...) at(...)$history[[1]]$c.loglik
report <- function(what, formula, data, g, theta, ties = "efron") {
  k <- length(attr(terms(formula), "term.labels")) - length(grep("strata", attr(terms(formula), "term.labels")))
  f <- at(formula, data, g, theta, ties)
  show(paste(what, ties, "theta", theta, "coefficients"), coef(f)[seq_len(k)])
  show(paste(what, ties, "theta", theta, "standard errors"), sqrt(diag(vcov(f)))[seq_len(k)])
  show(paste(what, ties, "theta", theta, "marginal"), f$history[[1]]$c.loglik)
  show(paste(what, ties, "theta", theta, "first frailties"), exp(coef(f)[k + 1:3]))
}
best <- function(what, formula, data, g, ties = "efron") {
  o <- optimize(function(t) marginal(formula, data, g, t, ties), c(0.001, 3), maximum = TRUE, tol = 1e-10)
  show(paste(what, ties, "best theta, marginal"), c(o$maximum, o$objective))
}
lung1 <- subset(lung, !is.na(inst))
lung1$dead <- lung1$status == 2
plain <- Surv(time, status) ~ age + sex
for (ties in c("efron", "breslow")) {
  report("kidney", plain, kidney, "id", 0.412164713810448, ties)
  report("kidney", plain, kidney, "id", 2, ties)
  best("kidney", plain, kidney, "id", ties)
  report("lung", Surv(time, dead) ~ age + sex, lung1, "inst", 0.05, ties)
}
report("kidney strata", Surv(time, status) ~ age + strata(sex), kidney, "id", 0.5)
best("kidney strata", Surv(time, status) ~ age + strata(sex), kidney, "id")
best("lung", Surv(time, dead) ~ age + sex, lung1, "inst")
show("lung marginal at 0.001, 0.01", sapply(c(0.001, 0.01), function(t) marginal(Surv(time, dead) ~ age + sex, lung1, "inst", t)))

# Kidney, Breslow: -log of the marginal likelihood of (b, log theta, log jumps).
x <- as.matrix(kidney[, c("age", "sex")])
x <- scale(x)
event_times <- sort(unique(kidney$time[kidney$status == 1]))
full <- function(p) {
  b <- p[1:2]; nu <- exp(-p[3]); jump <- exp(p[-(1:3)])
  eta <- drop(x %*% b)
  H <- sapply(kidney$time, function(t) sum(jump[event_times <= t]))
  own <- log(jump)[match(kidney$time, event_times)]
  D <- tapply(kidney$status, kidney$id, sum); L <- tapply(H * exp(eta), kidney$id, sum)
  -(sum((eta + own)[kidney$status == 1]) +
    sum(lgamma(nu + D) - lgamma(nu) + nu * log(nu) - (nu + D) * log(nu + L)))
}
start <- c(0, 0, log(0.4), rep(log(0.01), length(event_times)))
for (k in 1:6) {
  o <- optim(start, full, method = "BFGS", control = list(maxit = 2000, reltol = 1e-15, ndeps = rep(1e-5, length(start))))
  start <- o$par
}
V <- solve(optimHess(o$par, full, control = list(ndeps = rep(3e-4, length(start)))))
show("kidney breslow full: coefficients", o$par[1:2] / attr(x, "scaled:scale"))
show("kidney breslow full: theta", exp(o$par[3]))
show("kidney breslow full: standard errors", sqrt(diag(V))[1:2] / attr(x, "scaled:scale"))

# Interval of theta by the profile of the marginal likelihood.
top <- optimize(function(t) marginal(plain, kidney, "id", t), c(0.1, 1), maximum = TRUE, tol = 1e-10)$objective
fall <- function(t) marginal(plain, kidney, "id", t) - top + qchisq(0.95, 1) / 2
show("kidney efron interval", c(uniroot(fall, c(0.01, 0.4), tol = 1e-10)$root, uniroot(fall, c(0.41, 3), tol = 1e-10)$root))
show("kidney efron null", coxph(plain, kidney)$loglik[2])
