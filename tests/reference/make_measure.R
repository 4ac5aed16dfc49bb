# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Prints the reference numbers that tests/reference and tests/unit/measure state as constants and that
# reference_values.R does not make. Run by hand: Rscript make_measure.R
suppressPackageStartupMessages(library(survival))
show <- function(what, x) cat(sprintf("%-70s %.15g\n", what, x))

# 1. Brier SE on mgus2 (months, many ties) under two denominators of the censoring martingale, from the formula.
mg <- mgus2
mg$etime <- with(mg, ifelse(pstat == 0, futime, ptime))
mg$event <- with(mg, ifelse(pstat == 0, 2 * death, 1L))
d <- subset(mg, !is.na(mspike) & !is.na(creat) & !is.na(hgb))
n <- nrow(d); p <- plogis(-4 + 1.3 * d$mspike); t <- 120; T <- d$etime; D <- d$event
u <- sort(unique(T))
Y <- sapply(u, function(x) sum(T >= x)); ev <- sapply(u, function(x) sum(T == x & D > 0))
cc <- sapply(u, function(x) sum(T == x & D == 0))
G <- cumprod(1 - cc / (Y - ev)); Gl <- c(1, head(G, -1))
W <- ifelse(T <= t & D > 0, 1 / Gl[match(T, u)], ifelse(T > t, 1 / G[max(which(u <= t))], 0))
h <- (as.numeric(T <= t & D == 1) - p)^2
se <- function(den, events_exposed) {
  q <- sapply(u, function(x) mean(W * h * (T > x)))
  comp <- ifelse(u <= t, q * cc / den^2 * n, 0); cum <- cumsum(comp); before <- c(0, head(cum, -1)); i <- match(T, u)
  term <- ifelse(D == 0 & T <= t, (q / den * n)[i], 0) - ifelse(D == 0 | events_exposed, cum[i], before[i])
  sd(W * h - mean(W * h) + term) / sqrt(n)
}
show("mgus2 cc Brier(120) SE, at risk Y - d (vigil)", se(Y - ev, FALSE))
show("mgus2 cc Brier(120) SE, at risk Y (riskRegression)", se(Y, TRUE))

# 2. Robust SE of a Cox slope, both ties.
pbc1 <- pbc[!is.na(pbc$trt), ]; pbc1$death <- as.integer(pbc1$status == 2)
for (ti in c("efron", "breslow")) {
  f <- coxph(Surv(time, death) ~ bili, pbc1, ties = ti, robust = TRUE)
  show(paste("pbc[1:312] Cox on bili, robust SE,", ti), sqrt(vcov(f)))
  f <- coxph(Surv(time, status == 2) ~ age, lung, ties = ti, robust = TRUE)
  show(paste("lung Cox on age, robust SE,", ti), sqrt(vcov(f)))
}
w <- rep_len(c(0.5, 1, 2, 1.5), nrow(lung))
f <- coxph(Surv(time, status == 2) ~ age, lung, ties = "breslow", weights = w, robust = TRUE)
show("lung Cox on age, weights .5 1 2 1.5 repeated, breslow: slope", coef(f))
show("lung Cox on age, weights .5 1 2 1.5 repeated, breslow: robust SE", sqrt(vcov(f)))

# 3. Kaplan-Meier in fifths of a fixed rule.
p <- plogis(-2.2 + 1.1 * log(pbc1$bili)); g <- cut(p, c(-Inf, quantile(p, 1:4 / 5, type = 2), Inf))
for (l in levels(g)) {
  s <- summary(survfit(Surv(time, death) ~ 1, pbc1[g == l, ], conf.type = "log-log"), times = 1826)
  show(paste("pbc[1:312] fifth", l, "subjects"), sum(g == l))
  show(paste("pbc[1:312] fifth", l, "risk by 1826"), 1 - s$surv)
  show(paste("pbc[1:312] fifth", l, "Greenwood log-log lower"), 1 - s$upper)
  show(paste("pbc[1:312] fifth", l, "Greenwood log-log upper"), 1 - s$lower)
}

# 4. The secondary model of McLernon et al. 2023 (ICI), converged and after three Newton steps.
rt <- rotterdam; rt$ryear <- rt$rtime / 365.25; rt$rfs <- pmax(rt$recur, rt$death)
i <- rt$rfs == 1 & rt$recur == 0 & rt$death == 1 & rt$rtime < rt$dtime; rt$ryear[i] <- rt$dtime[i] / 365.25
n99 <- quantile(rt$nodes, .99, type = 1)
rcs <- function(x, k) { # Harrell's restricted cubic spline, nonlinear terms
  m <- length(k); p3 <- function(v) pmax(v, 0)^3
  sapply(seq_len(m - 2), function(j) (p3(x - k[j]) - p3(x - k[m - 1]) * (k[m] - k[j]) / (k[m] - k[m - 1]) +
    p3(x - k[m]) * (k[m - 1] - k[j]) / (k[m] - k[m - 1])) / (k[m] - k[1])^2)
}
prep <- function(d) { d$nodes2 <- pmin(d$nodes, n99); d$nodes3 <- as.vector(rcs(d$nodes2, c(0, 1, 9))); d$g3 <- as.integer(d$grade == 3); d }
cut5 <- function(d) { d$rfs <- ifelse(d$ryear > 5, 0, d$rfs); d$ryear <- pmin(d$ryear, 5); d }
rt <- cut5(prep(rt)); rt$csize <- rt$size
gb <- prep(gbsg); gb$ryear <- gb$rfstime / 365.25; gb$rfs <- gb$status
gb$csize <- cut(gb$size, c(-1, 20, 50, 500), levels(rotterdam$size)); gb <- cut5(gb)
m1 <- coxph(Surv(ryear, rfs) ~ csize + nodes2 + nodes3 + g3, rt)
pred <- 1 - exp(-predict(m1, newdata = transform(gb, ryear = 5), type = "expected"))
x <- log(-log(1 - pred)); B <- cbind(x, rcs(x, quantile(x, c(.1, .5, .9))))
for (steps in c(20, 3)) {
  f <- suppressWarnings(coxph(Surv(ryear, rfs) ~ B, gb, iter.max = steps))
  s <- summary(survfit(f, newdata = list(B = B)), times = 5)$surv; a <- abs(1 - s - pred)
  for (k in 1:4) show(sprintf("gbsg 5y %s, at most %d Newton steps", c("ICI", "E50", "E90", "Emax")[k], steps),
    c(mean(a), quantile(a, .5), quantile(a, .9), max(a))[k])
}

# 5. Rows that depend on each other: two catheters of a patient (kidney). C: survival with cluster. AUC and Brier score at 100 days by
#    the definitions over all pairs and times, influence summed within the patient; events leave before censorings.
for (weight in c("n", "n/G2")) {
  f <- concordance(Surv(time, status) ~ age, kidney, cluster = id, timewt = weight, reverse = TRUE)
  show(paste("kidney C of age, cluster = id,", weight), f$concordance)
  show(paste("kidney C of age, cluster = id,", weight, "SE"), sqrt(f$var))
}
n <- nrow(kidney); T <- kidney$time; D <- kidney$status; t <- 100; p <- plogis((kidney$age - 40) / 20)
u <- sort(unique(T)); left <- sapply(u, function(x) sum(T > x | (T == x & D == 0)))
cc <- sapply(u, function(x) sum(T == x & D == 0)); G <- cumprod(1 - cc / left); Gl <- c(1, head(G, -1))
W <- ifelse(T <= t, D / Gl[match(T, u)], 1 / G[max(which(u <= t))])
with_term <- function(direct, carried) {
  q <- sapply(u, function(x) mean(carried * (T > x)))
  direct + sapply(seq_len(n), function(i) sum(sapply(which(u <= t & cc > 0), function(k)
    q[k] * ((T[i] == u[k] & D[i] == 0) - (T[i] > u[k] | (T[i] == u[k] & D[i] == 0)) * cc[k] / left[k]) * n / left[k])))
}
group_se <- function(psi, group) sqrt(sum(rowsum(psi, group)^2)) / n
h <- W * ((T <= t & D == 1) - p)^2; psi <- with_term(h - mean(h), h)
show("kidney Brier(100)", mean(h)); show("kidney Brier(100) SE, rows", group_se(psi, seq_len(n)))
show("kidney Brier(100) SE, patients", group_se(psi, kidney$id))
a <- W * (T <= t & D == 1); b <- W * (T > t); k <- outer(p, p, ">") + outer(p, p, "==") / 2
auc <- drop(a %*% k %*% b) / sum(a) / sum(b)
own <- n * (a / sum(a) * (drop(k %*% b) / sum(b) - auc) + b / sum(b) * (drop(a %*% k) / sum(a) - auc)); psi <- with_term(own, own)
show("kidney AUC(100)", auc); show("kidney AUC(100) SE, rows", group_se(psi, seq_len(n)))
show("kidney AUC(100) SE, patients", group_se(psi, kidney$id))

# 6. Weights by Cox's model of censoring, events first, Breslow's ties; the measures from the definition.
ut <- sort(unique(pbc1$time)); rank <- 2 * match(pbc1$time, ut) + ifelse(pbc1$death == 1, 0, 1)
f <- coxph(Surv(rank, 1 - death) ~ bili + albumin + age, pbc1, ties = "breslow", eps = 1e-14, toler.chol = 1e-15, iter.max = 50)
e <- exp(drop(as.matrix(pbc1[c("bili", "albumin", "age")]) %*% coef(f)))
hz <- sapply(seq_along(ut), function(k) sum(rank == 2 * k + 1) / sum(e[rank >= 2 * k + 1]))
hz[is.nan(hz)] <- 0; ut_cox <- ut; hz_cox <- hz; e_cox <- e; at <- match(pbc1$time, ut); before <- c(0, cumsum(hz))[at]; t <- 1826
p <- plogis(-2.2 + 1.1 * log(pbc1$bili)); y <- pbc1$time <= t & pbc1$death == 1
W <- ifelse(y, exp(e * before), ifelse(pbc1$time > t, exp(e * sum(hz[ut <= t])), 0))
for (k in names(coef(f))) show(paste("pbc[1:312] Cox model of censoring, events first:", k), coef(f)[k])
show("pbc[1:312] weights by Cox: mean weight at 1826", mean(W))
show("pbc[1:312] weights by Cox: Brier(1826) of rule A", mean(W * (y - p)^2))
i <- which(y); j <- which(pbc1$time > t)
k <- outer(p[i], p[j], ">") + outer(p[i], p[j], "==") / 2
show("pbc[1:312] weights by Cox: AUC(1826) of rule A", sum(outer(W[i], W[j]) * k) / sum(outer(W[i], W[j])))

# 7. timeROC's SE of AUC definition 2 where events sit exactly at t (mgus2 cc, 120 months, two deaths there; 0.0337426049918983): it leaves
#    them out of cases and controls, but divides by F (1 - F) with its own influence, F the risk of the event, where they count as controls.
n <- nrow(d); m <- d$mspike; t <- 120; T <- d$etime; D <- d$event; u <- sort(unique(T)); i <- match(T, u)
left <- sapply(u, function(x) sum(T > x | (T == x & D == 0))); cc <- sapply(u, function(x) sum(T == x & D == 0))
G <- cumprod(1 - cc / left); Gl <- c(1, head(G, -1))
term <- function(carried) {
  q <- sapply(u, function(x) mean(carried * (T > x))); cum <- cumsum(ifelse(u <= t & left > 0, q * cc / left^2 * n, 0))
  ifelse(D == 0 & T <= t, (q / left * n)[i], 0) - ifelse(D == 0, cum[i], c(0, head(cum, -1))[i])
}
k <- outer(m, m, ">") + outer(m, m, "==") / 2
a <- (D == 1 & T < t) / Gl[i]; b <- (T > t) / G[max(which(u <= t))] + (D > 1 & T < t) / Gl[i]
auc <- drop(a %*% k %*% b) / sum(a) / sum(b); sd_of <- function(psi) sd(psi) / sqrt(n)
own <- n * (a / sum(a) * (drop(k %*% b) / sum(b) - auc) + b / sum(b) * (drop(a %*% k) / sum(a) - auc))
both <- a * drop(k %*% b) / n + b * drop(a %*% k) / n; risk <- mean(a)
show("mgus2 cc AUC(120) definition 2, nobody with an event at 120", auc)
show("mgus2 cc its SE, divided by the sums of its own sides (vigil)", sd_of(own + term(own)))
show("mgus2 cc its SE, divided by F (1 - F)",
     sd_of((both - mean(both) + term(both) - auc * (1 - 2 * risk) * (a - risk + term(a))) / (risk * (1 - risk))))

# 8. Other packages' conventions on pbc[1:312]: risk plogis(-2.2 + 1.1 log(bili)) t / 3000 at four times. pec by the package; scikit-survival by its
#    documented definitions: an event has weight 1 / G(T), G right-continuous; C over T < tau; IBS by trapezoids.
grid <- c(500, 1000, 2000, 3000); T <- pbc1$time; D <- pbc1$death; p <- plogis(-2.2 + 1.1 * log(pbc1$bili))
risks <- outer(p, grid / 3000)
if (suppressPackageStartupMessages(require("pec", quietly = TRUE))) {
  f <- pec::pec(list(A = 1 - cbind(0, risks)), Surv(time, death) ~ 1, data = pbc1, times = c(0, grid), exact = FALSE, start = 0,
                cens.model = "marginal", splitMethod = "none", reference = FALSE, verbose = FALSE)
  show("pbc[1:312] pec IBS to 3000 on four times", unclass(pec::crps(f, times = 3000))[1])
}
u <- sort(unique(T)); left <- sapply(u, function(x) sum(T > x | (T == x & D == 0))); cc <- sapply(u, function(x) sum(T == x & D == 0))
G <- cumprod(1 - cc / left)[match(T, u)]; Gt <- function(t) min(1, G[T <= t])
W <- function(t) ifelse(T > t, 1 / Gt(t), D / G)
bs <- sapply(1:4, function(k) mean(W(grid[k]) * ((T <= grid[k] & D == 1) - risks[, k])^2))
show("pbc[1:312] scikit-survival Brier(2000)", bs[3])
show("pbc[1:312] scikit-survival IBS on four times", sum(diff(grid) * (head(bs, -1) + bs[-1]) / 2) / 2500)
k <- outer(p, p, ">") + outer(p, p, "==") / 2; a <- ifelse(T <= 2000 & D == 1, 1 / G, 0)
show("pbc[1:312] scikit-survival AUC(2000)", sum(outer(a, T > 2000) * k) / sum(outer(a, T > 2000)))
later <- outer(T, T, "<") | outer(T, T, "==") & outer(D == 1, D == 0); lead <- ifelse(D == 1 & T < 2000, 1 / G^2, 0)
show("pbc[1:312] scikit-survival Uno C, tau 2000", sum(lead * later * k) / sum(lead * later))

# 9. Goenen and Heller's K of coxph(log(bili) + albumin + age), pbc[1:312]: the SE of a score that is given (vigil), and that of CPE 1.6.3
#    (0.0129563235151987), which adds the coefficients by the derivative of a smoothed K (Gaussian kernel, width sd(lp) n^(-1/3) / 2).
f <- coxph(Surv(time, death) ~ log(bili) + albumin + age, pbc1); X <- model.matrix(f); lp <- drop(X %*% coef(f)); n <- nrow(X)
k <- 1 / (1 + exp(-abs(outer(lp, lp, "-")))); diag(k) <- 0; gh <- sum(k) / n / (n - 1)
show("pbc[1:312] R2 of O'Quigley, Xu and Stare, 1 - exp(-LR / events)", 1 - exp(-2 * diff(f$loglik) / f$nevent))
show("pbc[1:312] K", gh); show("pbc[1:312] K, SE of the given score", 2 * sqrt(sum((rowSums(k) / (n - 1) - gh)^2)) / n)
h <- sd(lp) * n^(-1/3) / 2; gap <- outer(lp, lp, function(i, j) j - i)
s <- function(x) pnorm(x / h) / (1 + exp(-x)); ds <- function(x) dnorm(x / h) / h / (1 + exp(-x)) + pnorm(x / h) * exp(-x) / (1 + exp(-x))^2
k <- s(gap) + s(-gap); diag(k) <- 0; centred <- k - sum(k) / n / (n - 1); diag(centred) <- 0
own <- 4 * sum(rowSums(centred)^2 - rowSums(centred^2)) / (n * (n - 1))^2
by <- sapply(1:3, function(j) sum((ds(gap) - ds(-gap)) * outer(X[, j], X[, j], function(i, j) j - i)) / n / (n - 1))
show("pbc[1:312] K, SE with the coefficients (CPE)", sqrt(own + drop(by %*% vcov(f) %*% by)))

# 10. Concordance with competing causes (Wolbers et al. 2014), mgus2 cc by mspike to 120 months, over all pairs: an event beside everybody later,
#     and beside everybody who failed from the other cause up to then. pec 2022.05.04 weighs the later pairs by 1 / (G(T-) G(T)), vigil by 1 / G(T-)^2.
T <- d$etime; D <- d$event; m <- d$mspike; n <- nrow(d); u <- sort(unique(T)); i <- match(T, u)
left <- sapply(u, function(x) sum(T > x | (T == x & D == 0))); cc <- sapply(u, function(x) sum(T == x & D == 0))
G <- cumprod(1 - cc / pmax(left, 1)); before <- c(1, head(G, -1))[i]; after <- pmax(G[i], 1e-300)
k <- outer(m, m, ">") + outer(m, m, "==") / 2; lead <- D == 1 & T <= 120
later <- outer(T, T, "<") | outer(T, T, "==") & outer(D == 1, D == 0); other <- outer(T, T, ">=") & outer(D == 1, D == 2)
wolbers <- function(second) { w <- lead * (later / before / second + other * outer(1 / before, 1 / before)); sum(w * k) / sum(w) }
show("mgus2 cc Wolbers' C to 120, 1 / G(T-)^2 (vigil)", wolbers(before))
show("mgus2 cc Wolbers' C to 120, 1 / (G(T-) G(T))", wolbers(after))
if (suppressPackageStartupMessages(require("pec", quietly = TRUE))) {
  f <- cindex(list(m = matrix(m, ncol = 1)), formula = Hist(etime, event) ~ 1, data = d, cause = 1, eval.times = 120, pred.times = 120,
              cens.model = "marginal", splitMethod = "none", verbose = FALSE)
  show("mgus2 cc Wolbers' C to 120, pec", f$AppCindex$m)
}

# 11. Recalibration at a horizon by glm with the complementary log-log link and censoring weights (events first), pbc[1:312] rule A at 1826 days and
#     mgus2 cc at 120 months with risks plogis(-3 + mspike / 2), progression among competing deaths.
recalibrate <- function(name, T, D, p, t) {
  u <- sort(unique(T)); i <- match(T, u)
  left <- sapply(u, function(x) sum(T > x | (T == x & D == 0))); cc <- sapply(u, function(x) sum(T == x & D == 0))
  G <- cumprod(1 - cc / pmax(left, 1)); before <- c(1, head(G, -1))[i]
  W <- ifelse(T <= t & D > 0, 1 / before, ifelse(T > t, 1 / min(c(1, G[u <= t])), 0))
  y <- as.numeric(T <= t & D == 1); x <- log(-log(1 - p))
  use <- glm.control(epsilon = 1e-15, maxit = 100)
  a <- glm(y ~ offset(x), quasibinomial("cloglog"), weights = W, control = use)
  b <- glm(y ~ x, quasibinomial("cloglog"), weights = W, control = use)
  for (more in 1:60) { # glm stops by the deviance, at half of the digits
    a <- glm(y ~ offset(x), quasibinomial("cloglog"), weights = W, control = use, start = coef(a))
    b <- glm(y ~ x, quasibinomial("cloglog"), weights = W, control = use, start = coef(b))
  }
  show(paste(name, "intercept"), coef(a)[[1]]); show(paste(name, "slope"), coef(b)[[2]])
}
recalibrate("pbc[1:312]", pbc1$time, pbc1$death, plogis(-2.2 + 1.1 * log(pbc1$bili)), 1826)
recalibrate("mgus2 cc", d$etime, d$event, plogis(-3 + d$mspike / 2), 120)

# 12. Uno's C under Cox's model of censoring, pbc[1:312] by bilirubin to 1826 days. Over all pairs with the model of part 6 (events first); and pec
#     2022.05.04 with censoring by log(bili) and age, each time put off by 1/1000 day times its row, so that no times tie: there G(T- | x) G(T | x)
#     of pec and vigil's G(T- | x) G(T- | x) are one.
T <- pbc1$time; D <- pbc1$death; m <- pbc1$bili
k <- outer(m, m, ">") + outer(m, m, "==") / 2; later <- outer(T, T, "<") | outer(T, T, "==") & outer(D == 1, D == 0)
hb <- c(0, cumsum(hz_cox))[match(T, ut_cox)]
w <- (D == 1 & T <= 1826) * later * outer(hb, e_cox, function(h, r) exp(h * r)) * exp(hb * e_cox)
show("pbc[1:312] weights by Cox: Uno's C to 1826", sum(w * k) / sum(w))
if (suppressPackageStartupMessages(require("pec", quietly = TRUE))) {
  apart <- transform(pbc1, time = time + seq_along(time) / 1000, log_bili = log(bili))
  f <- cindex(list(m = matrix(-m, ncol = 1)), formula = Surv(time, death) ~ log_bili + age, data = apart, eval.times = 1826,
              cens.model = "cox", splitMethod = "none", verbose = FALSE)
  show("pbc[1:312] apart, Uno's C to 1826, pec with cens.model cox", f$AppCindex$m)
}
