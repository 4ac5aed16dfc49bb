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
