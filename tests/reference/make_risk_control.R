# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Numbers for tests/reference/risk_control_test: base R and r-cran-survival.
#   Rscript tests/reference/make_risk_control.R > tests/reference/risk_control.csv
#
# sizes: subjects that the exact binomial test needs for 80 % power, by pbinom at every number of subjects.
# pbc: the three tests of the group with bilirubin of at most 1 among the first 312 patients, risk of death by 1826 days,
# transplants as censorings; G by the reverse Kaplan-Meier of all 312, or by coxph of censoring on prothrombin time
# (Breslow, events leave before censorings); score tests of coxph on bilirubin and on prothrombin time.

suppressPackageStartupMessages(library(survival))

row <- function(what, arguments, value)
  cat(sprintf("\"%s\",\"%s\",%s\n", what, arguments, format(value, digits = 15)))
cat("\"value\",\"arguments\",\"expected\"\n")

for (ad in list(c(.02, .1), c(.05, .1), c(.05, .05), c(.1, .1), c(.1, .05))) {
  for (risk in c(0, .005, .01, .02, .03, .05, .07)) {
    if (risk >= ad[1]) next
    n <- 1:12000
    # qbinom: smallest x with P(X <= x) >= delta; the test rejects below it, or at it where equal
    critical <- qbinom(ad[2], n, ad[1])
    critical <- critical - (pbinom(critical, n, ad[1]) > ad[2])
    power <- ifelse(critical < 0, 0, pbinom(critical, n, risk))
    first <- which(power >= .8)[1]
    from <- if (is.na(first)) NA else max(c(0, which(power < .8))) + 1
    if (is.na(first)) next
    label <- sprintf("alpha=%g; delta=%g; risk=%g", ad[1], ad[2], risk)
    row("first", label, first)
    if (from <= 10000) row("from", label, from)
  }
}

d <- pbc[!is.na(pbc$trt), ]
d$death <- as.integer(d$status == 2)
t0 <- 1826
observed <- d$bili <= 1
alpha <- .1
n <- sum(observed)
by <- d$time <= t0
counted <- sum(observed & by)
row("exact p", "pbc", pbinom(counted, n, alpha))

g <- d[observed, ]
o <- order(g$time, -g$death)
time <- g$time[o]
death <- g$death[o]
at_risk <- n:1
k <- which(death == 1 & time <= t0)
beyond <- sum(time > t0)
# no two deaths of the group at one time
stopifnot(!any(duplicated(time[k])))
m1 <- prod(at_risk[k] / (at_risk[k] + 1)) * beyond / (beyond + 1)
m2 <- prod(at_risk[k] / (at_risk[k] + 2)) * beyond / (beyond + 2)
size <- m1 * (1 - m1) / (m2 - m1^2) - 1
row("beta-product p", "pbc", pbeta(1 - alpha, m1 * size, (1 - m1) * size))
lower <- qbeta(alpha, m1 * size, (1 - m1) * size)
left <- sum(observed & by & d$death == 0) / n
row("tipping point", "pbc; delta=0.1",
    uniroot(function(x) (1 - left) * lower + left * lower^x - (1 - alpha), c(1e-3, 1e3), tol = 1e-14)$root)

hb <- function(r, n, a) {
  r0 <- min(r, a)
  h <- ifelse(r0 > 0, r0 * log(r0 / a), 0) + (1 - r0) * log((1 - r0) / (1 - a))
  min(1, exp(-n * h), exp(1) * pbinom(ceiling(n * r), n, a))
}
weighted <- function(G, what) { # G: G(t-) as a function of subject and time
  event <- which(observed & by & d$death == 1)
  smallest <- min(sapply(which(observed), function(i) G(i, t0)))
  V <- sum(1 / sapply(event, function(i) G(i, d$time[i]))) / n
  row("weighted risk", what, V)
  row("weighted p", what, hb(V * smallest, n, alpha * smallest))
}
# events leave before censorings at the same time
early <- ifelse(d$death == 1, d$time - .25, d$time)
km <- survfit(Surv(early, 1 - d$death) ~ 1)
before <- stepfun(km$time, c(1, km$surv), right = TRUE) # left limits
weighted(function(i, t) before(t), "pbc; Kaplan-Meier")
d$early <- early
for (x in c("bili", "protime")) {
  d$x <- d[[x]]
  cox <- coxph(Surv(early, 1 - death) ~ x, d, ties = "breslow", eps = 1e-9, toler.chol = 1e-12, iter.max = 50)
  row("censoring p", paste0("pbc; ", x), pchisq(cox$score, 1, lower.tail = FALSE))
}
base <- basehaz(cox, centered = FALSE)
H <- stepfun(base$time, c(0, base$hazard), right = TRUE)
weighted(function(i, t) exp(-H(t) * exp(coef(cox) * d$x[i])), "pbc; Cox by protime")
