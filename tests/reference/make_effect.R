# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Numbers for tests/reference/treatment_effect_test: r-cran-riskregression, r-cran-survival.
#   Rscript tests/reference/make_effect.R > tests/reference/effect.csv
#
# gbsg with its recorded hormonal treatment, models as in the ate rows of reference_values.csv, but
#   untied   no two times are equal: each is moved by its rank / 10,000 days, events before censorings
#   known    influence of the augmented estimator with its models taken as known
#   ess, smd and so on  propensity by glm, and what overlap is made of
#   package  its numbers on the data as they are, which have ties: see the end

suppressPackageStartupMessages({
  library(survival)
  library(riskRegression)
})

row <- function(what, arguments, value)
  cat(sprintf("\"%s\",\"%s\",%s\n", what, arguments, format(as.numeric(value), digits = 15)))
cat("\"value\",\"arguments\",\"expected\"\n")

g <- as.data.frame(gbsg)
g$lpgr <- log1p(g$pgr)
g$h <- factor(g$hormon)
n <- nrow(g)
order_of <- rank(g$rfstime + ifelse(g$status == 0, 0.1, 0) + seq_len(n) * 1e-6)
u <- g
u$rfstime <- g$rfstime + order_of / 1e4
tight <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 60)

models <- function(d) list(
  event = coxph(Surv(rfstime, status) ~ h + age + nodes + grade + lpgr, d, x = TRUE, y = TRUE, control = tight),
  treatment = glm(h ~ age + meno + nodes + grade + lpgr, binomial(), d, epsilon = 1e-14),
  censor = coxph(Surv(rfstime, status == 0) ~ h + age, d, x = TRUE, y = TRUE, control = tight))

for (t0 in c(730, 1826)) {
  m <- models(u)
  run <- function(estimator, known = FALSE)
    ate(event = m$event, treatment = m$treatment, censor = m$censor, data = u, times = t0,
        estimator = estimator, se = TRUE, verbose = FALSE, known.nuisance = known)
  for (estimator in c("GFORMULA", "IPTW", "AIPTW")) {
    a <- run(estimator)
    label <- sprintf("untied; t=%d; %s", t0, estimator)
    for (k in 1:2) {
      row("risk", paste0(label, "; h=", k - 1), a$meanRisk$estimate[k])
      row("risk se", paste0(label, "; h=", k - 1), a$meanRisk$se[k])
    }
    row("difference", label, a$diffRisk$estimate)
    row("difference se", label, a$diffRisk$se)
  }
  a <- run("AIPTW", TRUE)
  row("known se", sprintf("untied; t=%d; h=0", t0), a$meanRisk$se[1])
  row("known se", sprintf("untied; t=%d; h=1", t0), a$meanRisk$se[2])
  row("known difference se", sprintf("untied; t=%d", t0), a$diffRisk$se)
}

# overlap
e <- fitted(models(g)$treatment)
for (k in 0:1) {
  w <- (g$hormon == k) / (if (k) e else 1 - e)
  row("ess", sprintf("h=%d", k), sum(w)^2 / sum(w^2))
  row("largest weight", sprintf("h=%d", k), max(w))
  row("smallest e", sprintf("h=%d", k), min(e[g$hormon == k]))
  row("largest e", sprintf("h=%d", k), max(e[g$hormon == k]))
}
smd <- function(x, w) {
  a <- g$hormon == 1
  s <- sqrt((var(x[a]) + var(x[!a])) / 2)
  (weighted.mean(x[a], w[a]) - weighted.mean(x[!a], w[!a])) / s
}
w <- ifelse(g$hormon == 1, 1 / e, 1 / (1 - e))
for (x in c("age", "meno", "nodes", "grade", "lpgr")) {
  row("smd", x, smd(g[[x]], rep(1, n)))
  row("weighted smd", x, smd(g[[x]], w))
}

# The overlap population: weights 1 - e and e, normalised, censoring as above.
overlap <- function(d, m, t0) {
  e <- fitted(m$treatment)
  G <- predictCox(m$censor, newdata = d, times = sort(unique(d$rfstime)), type = "survival")$survival
  before <- cbind(1, G)[cbind(seq_len(nrow(d)), match(d$rfstime, sort(unique(d$rfstime))))]
  V <- (d$rfstime <= t0 & d$status == 1) / before
  sapply(0:1, function(k) weighted.mean(V[d$hormon == k], (if (k) 1 - e else e)[d$hormon == k]))
}
for (t0 in c(730, 1826)) {
  value <- overlap(u, models(u), t0)
  row("overlap risk", sprintf("untied; t=%d; h=0", t0), value[1])
  row("overlap risk", sprintf("untied; t=%d; h=1", t0), value[2])
}
# Infinitesimal jackknife: the derivative of the estimate by the weight of each subject, by central differences of weight
# 1 +- 1e-4 in all three models.
weighted_value <- function(weights, t0) {
  d <- u
  d$w <- weights
  treatment <- suppressWarnings(glm(h ~ age + meno + nodes + grade + lpgr, binomial(), d, weights = w, epsilon = 1e-14))
  censor <- coxph(Surv(rfstime, status == 0) ~ h + age, d, weights = w, x = TRUE, y = TRUE, control = tight, ties = "breslow")
  e <- fitted(treatment)
  base <- basehaz(censor, centered = FALSE)
  H <- stepfun(base$time, c(0, base$hazard), right = TRUE)(d$rfstime)
  G <- exp(-H * exp(drop(cbind(d$hormon, d$age) %*% coef(censor))))
  V <- (d$rfstime <= t0 & d$status == 1) / G
  sapply(0:1, function(k) weighted.mean(V[d$hormon == k], ((if (k) 1 - e else e) * d$w)[d$hormon == k]))
}
influence <- sapply(seq_len(n), function(i) {
  step <- function(by) { w <- rep(1, n); w[i] <- 1 + by; weighted_value(w, 1826) }
  (step(1e-4) - step(-1e-4)) / 2e-4
})
row("overlap se", "untied; t=1826; h=0", sqrt(sum(influence[1, ]^2)))
row("overlap se", "untied; t=1826; h=1", sqrt(sum(influence[2, ]^2)))
row("overlap difference se", "untied; t=1826", sqrt(sum((influence[2, ] - influence[1, ])^2)))

# The package with ties. Its influence of a Cox model counts the events of one time once in the scores: with that, and all else
# as it happened, the formulas give its standard errors. Its augmented estimator counts the censorings of one time several times
# (on day 17 two leave, and each has about twice the jump); each counted once gives the last two rows, which are vigil's.
g$one <- g$hormon
Z <- as.matrix(g[, c("one", "age", "nodes", "grade", "lpgr")])
m <- models(g)
t0 <- 1826
e <- fitted(m$treatment)
scores_once <- function(time, event, X, fit) {
  r <- exp(drop(X %*% coef(fit)))
  ut <- sort(unique(time[event == 1]))
  at <- outer(time, ut, ">=")
  S0 <- colSums(r * at)
  xbar <- t(at * r) %*% X / S0
  H <- basehaz(fit, centered = FALSE)
  dH <- diff(c(0, stepfun(H$time, c(0, H$hazard))(ut)))
  U <- -r * (X * drop(at %*% (1 / S0)) - at %*% (xbar / S0))
  own <- match(time[event == 1], ut)
  U[event == 1, ] <- U[event == 1, ] + X[event == 1, ] - xbar[own, ]
  list(r = r, ut = ut, S0 = S0, xbar = xbar, dH = dH, ib = U %*% vcov(fit), time = time, event = event)
}
hazard_influence <- function(s, t, before = FALSE) {
  k <- if (before) s$ut < t else s$ut <= t
  drift <- s$r * drop(outer(s$time, s$ut[k], ">=") %*% (s$dH[k] / s$S0[k]))
  jump <- numeric(length(s$time))
  i <- which(s$event == 1 & (if (before) s$time < t else s$time <= t))
  jump[i] <- 1 / s$S0[match(s$time[i], s$ut)]
  jump - drift - drop(s$ib %*% colSums(s$dH[k] * s$xbar[k, , drop = FALSE]))
}
outcome <- scores_once(g$rfstime, g$status, Z, m$event)
by_hazard <- hazard_influence(outcome, t0)
H0 <- sum(outcome$dH[outcome$ut <= t0])
g_formula <- sapply(0:1, function(a) {
  Za <- Z
  Za[, 1] <- a
  ra <- exp(drop(Za %*% coef(m$event)))
  Q <- 1 - exp(-H0 * ra)
  s <- (1 - Q) * ra
  (Q - mean(Q)) / n + by_hazard * mean(s) + drop(outcome$ib %*% colMeans(s * H0 * Za))
})
X <- as.matrix(g[, c("one", "age")])
censor <- scores_once(g$rfstime, 1 - g$status, X, m$censor)
events <- which(g$status == 1 & g$rfstime <= t0)
L <- sapply(g$rfstime, function(t) sum(censor$dH[censor$ut < t]))
V <- numeric(n)
V[events] <- exp(L * censor$r)[events]
P <- model.matrix(m$treatment)
ip <- (P * (g$hormon - e)) %*% vcov(m$treatment)
iptw <- sapply(0:1, function(a) {
  p <- if (a) e else 1 - e
  w <- (g$hormon == a) / p
  d <- (if (a) -1 else 1) * w * (1 - p)
  by <- w * V * censor$r / n
  total <- (w * V - mean(w * V)) / n + drop(ip %*% colMeans(d * V * P)) +
    drop(censor$ib %*% colSums(by * L * X))
  for (i in events) total <- total + by[i] * hazard_influence(censor, g$rfstime[i], before = TRUE)
  total
})
se <- function(x) sqrt(sum((x[, 2] - x[, 1])^2))
a <- ate(event = m$event, treatment = m$treatment, censor = m$censor, data = g, times = t0,
         estimator = c("GFORMULA", "IPTW"), se = TRUE, verbose = FALSE)
package <- setNames(a$diffRisk$se, a$diffRisk$estimator)
stopifnot(abs(se(g_formula) - package["GFORMULA"]) < 1e-9, abs(se(iptw) - package["IPTW"]) < 1e-9)
row("difference se, tied events once", "GFORMULA", se(g_formula))
row("difference se, tied events once", "IPTW", se(iptw))

augmented <- function(a) {
  p <- if (a) e else 1 - e
  Ha <- exp(drop(Z %*% coef(m$event)))
  u <- censor$ut[censor$ut <= t0]
  H <- sapply(u, function(t) sum(outcome$dH[outcome$ut <= t]))
  Lu <- cumsum(censor$dH)[seq_along(u)]
  Zt <- Z
  Zt[, 1] <- a
  Q <- 1 - exp(-H0 * exp(drop(Zt %*% coef(m$event))))
  h <- 1 - exp(-outer(Ha, H0 - H))
  G <- exp(-outer(censor$r, c(0, Lu[-length(u)])))
  dN <- outer(g$rfstime, u, "==") * (g$status == 0)
  dL <- outer(censor$r, censor$dH[seq_along(u)]) * outer(g$rfstime, u, ">=")
  mean(Q + (g$hormon == a) / p * (V + rowSums(h / G * (dN - dL)) - Q))
}
for (k in 0:1) row("AIPTW, each censoring once", sprintf("h=%d", k), augmented(k))

# Cross-fitted AIPTW of the untied data by its formula: three folds in turn, all models of the other two. Censoring by Cox's model, and marginal.
fold_of <- (seq_len(n) - 1) %% 3 + 1
step <- function(base, t) vapply(t, function(s) max(0, base$hazard[base$time <= s]), 0)
hazard_before <- function(base, t) vapply(t, function(s) max(0, base$hazard[base$time < s]), 0)
cross_fitted <- function(marginal) {
  score <- matrix(0, n, 2)
  for (fold in 1:3) {
    m <- models(u[fold_of != fold, ])
    test <- u[fold_of == fold, ]
    H <- basehaz(m$event, centered = FALSE)
    b <- coef(m$event)
    at_arm <- function(a) exp(drop(cbind(a, as.matrix(test[, c("age", "nodes", "grade", "lpgr")])) %*% b))
    own <- ifelse(test$hormon == 1, at_arm(1), at_arm(0))
    if (marginal) {
      k <- survfit(Surv(rfstime, status == 0) ~ 1, u[fold_of != fold, ]) # no ties: events first or not is one
      L <- data.frame(time = k$time, hazard = -log(k$surv))
      r <- rep(1, nrow(test))
      s <- k$n.event > 0
      jumps <- data.frame(time = k$time[s], dL = (k$n.event / k$n.risk)[s])
    } else {
      L <- basehaz(m$censor, centered = FALSE)
      r <- exp(drop(cbind(test$hormon, test$age) %*% coef(m$censor)))
      jumps <- data.frame(time = L$time, dL = diff(c(0, L$hazard)))
    }
    jumps <- jumps[jumps$dL > 0 & jumps$time <= t0, ]
    left <- step(H, t0) - step(H, jumps$time)
    V <- ifelse(test$status == 1 & test$rfstime <= t0, exp(hazard_before(L, test$rfstime) * r), 0)
    M <- sapply(seq_len(nrow(test)), function(i) {
      k <- jumps$time <= test$rfstime[i]
      drift <- sum((1 - exp(-own[i] * left[k])) * exp(hazard_before(L, jumps$time[k]) * r[i]) * jumps$dL[k] * r[i])
      leaves <- test$status[i] == 0 && test$rfstime[i] <= t0
      jump <- if (leaves) (1 - exp(-own[i] * (step(H, t0) - step(H, test$rfstime[i])))) * exp(hazard_before(L, test$rfstime[i]) * r[i]) else 0
      jump - drift
    })
    e <- predict(m$treatment, test, type = "response")
    for (a in 0:1) {
      Q <- 1 - exp(-step(H, t0) * at_arm(a))
      score[fold_of == fold, a + 1] <- Q + (test$hormon == a) / (if (a) e else 1 - e) * (V + M - Q)
    }
  }
  score
}
for (kind in c("cox", "marginal")) {
  score <- cross_fitted(kind == "marginal")
  for (a in 0:1) row("AIPTW cross-fit", sprintf("untied; t=%d; %s; h=%d", t0, kind, a), mean(score[, a + 1]))
  d <- score[, 2] - score[, 1]
  row("AIPTW cross-fit difference se", sprintf("untied; t=%d; %s", t0, kind), sqrt(sum((d - mean(d))^2)) / n)
}
