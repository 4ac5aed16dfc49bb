# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# The laws of docs/methods/net_cohort.md in plain R, written from the page alone: what make_net_calibration.R and
# make_net_truth.R share. Vectors over patients; times in months. No code of vigil is run.
inverse_logit <- function(x) 1 / (1 + exp(-x))
draw_if <- function(p) as.numeric(runif(length(p)) < p)
between <- function(x, low, high) pmin(high, pmax(low, x))

# Patients of many centres, with everything that is known or hidden at entry.
net_patients <- function(n, centres) {
  volume <- exp(rnorm(centres, 0, 0.7))
  preference <- rnorm(centres, 0, 0.9)
  preference_size <- rnorm(centres, 0, 0.25)
  quality <- rnorm(centres, 0, 0.30) - 0.25 * (log(volume) - mean(log(volume))) / sd(log(volume))
  size_shift <- rnorm(centres, 0, 0.12)
  ki67_shift <- rnorm(centres, 0, 0.10)
  k <- sample(centres, n, replace = TRUE, prob = volume)
  p <- data.frame(centre = k, subtype = sample(3, n, replace = TRUE, prob = c(0.30, 0.49, 0.21)),
    metastatic = rnorm(n), growing = rnorm(n), quality = quality[k])
  p$age <- between(rnorm(n, 59.5, 13), 20, 88)
  p$male <- draw_if(rep(0.5, n))
  p$cci <- rpois(n, exp(-0.55 + 0.030 * (p$age - 60)))
  p$bmi <- between(rnorm(n, 26.5, 4.5), 16, 50)
  p$head <- draw_if(c(0.30, 0.30, 0.34)[p$subtype])
  p$functioning <- draw_if(c(0.25, 0.04, 0.03)[p$subtype])
  p$size <- between(c(14.5, 17, 29)[p$subtype] * exp(size_shift[k] + 0.10 * p$growing + rnorm(n, 0, 0.56)), 4, 180)
  ls <- log(p$size / 20)
  usual <- 1.45 * exp(0.22 * ls + c(-0.10, 0, 0.35)[p$subtype] + 0.12 * p$metastatic + 0.15 * p$growing + ki67_shift[k] +
    rnorm(n, 0, 0.75))
  high <- runif(n) < 0.010 * exp(0.6 * ls)
  p$ki67 <- between(ifelse(high, 30 * exp(rnorm(n, 0, 0.25)), usual), 0.2, 55)
  p$ki67_eus <- between(p$ki67 * exp(rnorm(n, -0.15, 0.95)), 0.2, 60)
  lk <- log(p$ki67 / 2)
  small <- p$size <= 20
  p$nodes <- draw_if(inverse_logit(-2.40 + 1.75 * ls + 0.85 * (p$ki67 >= 3) + ifelse(small, 1.30, 0.45) * p$head +
    c(-0.40, 0, 0.45)[p$subtype] + 0.35 * p$metastatic - 0.35 * small))
  p$imaging_nodes <- draw_if(ifelse(p$nodes == 1, 0.50, 0.05))
  p$duct <- draw_if(inverse_logit(-3.3 + 0.80 * ls + 0.50 * p$head + 0.60 * (p$ki67 >= 3) + 0.50 * p$nodes))
  p$vessel <- draw_if(inverse_logit(-4.1 + 1.7 * ls + 0.4 * p$nodes))
  p$symptoms <- draw_if(inverse_logit(-1.15 + 0.95 * ls + 0.7 * p$duct + 0.5 * p$head))
  p$pni <- draw_if(inverse_logit(-2.6 + 0.9 * ls + 0.5 * lk + 0.9 * p$nodes + 0.3 * p$metastatic))
  p$mvi <- draw_if(inverse_logit(-2.0 + 1.0 * ls + 0.6 * lk + 0.9 * p$nodes + 0.4 * p$metastatic))
  p$growth <- pmin(1, 0.022 * exp(0.45 * ls + 0.40 * lk + 0.80 * p$growing + c(-0.4, 0, 0.4)[p$subtype] + rnorm(n, 0, 0.9)))
  enucleated <- small & p$duct == 0 & runif(n) < ifelse(p$head == 1, 0.35, 0.25)
  p$procedure <- ifelse(enucleated, 1, ifelse(p$head == 1, 3, 2))
  p$treatment <- inverse_logit(-0.75 + preference[k] + (2.0 + preference_size[k]) * ls + 1.5 * (p$size > 20) +
    0.9 * (p$ki67_eus >= 3) + 1.4 * p$duct + 1.0 * p$symptoms + 0.9 * p$imaging_nodes + 2.5 * p$functioning -
    0.045 * (p$age - 60) - 0.30 * p$cci)
  p$resected <- draw_if(p$treatment)
  p$end <- pmin(runif(n, 10, 135), rexp(n, 0.035 / 12))
  p
}

# One future of each patient in both arms; the arms share their draws. Columns r_ are resection now, o_ observation.
net_future <- function(p) {
  n <- nrow(p)
  ls <- log(p$size / 20)
  lk <- log(p$ki67 / 2)
  biology <- 0.55 * lk + c(-1, 0, 1.15)[p$subtype] + 0.70 * p$metastatic
  eta <- 1.70 * ls + biology + 0.55 * p$nodes + 0.30 * p$vessel + 0.30 * p$duct
  occult <- ifelse(runif(n) < 1 - exp(-exp(-3.32 + eta)), 44 * exp(-0.30 * lk - 0.10 * eta + rnorm(n, 0, 0.75)), Inf)
  local <- rexp(n) / (0.0035 / 12 * exp(0.5 * p$nodes + 0.4 * p$vessel + 0.3 * lk))
  hazard <- 0.018 / 12 * exp(biology) * (p$size / 20)^1.9
  bend <- 1.9 * p$growth / 12
  seeded <- log(1 + rexp(n) * bend / hazard) / bend
  fresh <- seeded + 44 * exp(-0.30 * lk + rnorm(n, 0, 0.6))
  mortality <- 0.0062 * ifelse(p$male == 1, 1.25, 0.78) * exp(0.28 * p$cci + 0.088 * (p$age - 60))
  other <- 12 * log(1 + rexp(n) * 0.088 / mortality) / 0.088
  operative_logit <- qlogis(c(0.004, 0.006, 0.018)[p$procedure]) + 0.045 * (p$age - 60) + 0.30 * p$cci + p$quality
  after <- runif(n, 0.1, 3)
  major <- runif(n) < inverse_logit(qlogis(c(0.15, 0.14, 0.24)[p$procedure]) + 0.012 * (p$age - 60) + 0.12 * p$cci + 0.5 * p$quality)
  diabetes <- runif(n) < inverse_logit(qlogis(c(0.08, 0.27, 0.24)[p$procedure]) + 0.02 * (p$age - 60) + 0.06 * (p$bmi - 26.5))
  insufficiency <- runif(n) < c(0.12, 0.34, 0.68)[p$procedure]
  rate <- log(2) / 95 * exp(0.35 * lk)
  illness <- rexp(n)
  # resection now
  operative <- ifelse(runif(n) < inverse_logit(operative_logit), after, Inf)
  back <- pmin(occult, local)
  survival <- illness / (rate * ifelse(back <= 18, 1.5, 1))
  r_disease <- back + survival * ifelse(local < occult, 2, 1)
  r_death <- pmin(other, operative, r_disease)
  # observation
  target <- ifelse(p$size < 27, pmin(p$size + 7, 30), 1.25 * p$size)
  grown <- 12 * log(target / p$size) / p$growth
  complaint <- rexp(n) / (0.006 / 12 * (p$size / 20)^1.6 * exp(0.5 * p$head + 0.7 * p$duct))
  trigger <- pmin(grown, complaint)
  attempted <- trigger < pmin(occult, fresh, other) & runif(n) < 0.85
  at_surgery <- ls + p$growth * pmin(trigger, 240) / 12
  unresectable <- attempted & runif(n) < inverse_logit(-4.2 + 1.5 * at_surgery + 1.6 * p$vessel)
  later <- attempted & !unresectable
  surgery <- ifelse(later, trigger, Inf)
  later_operative <- ifelse(later & runif(n) < inverse_logit(operative_logit + 0.045 * trigger / 12 + 0.6 * (complaint < grown)),
    trigger + after, Inf)
  later_local <- ifelse(later, trigger + local, Inf)
  spread <- pmin(occult, ifelse(later & seeded > trigger, Inf, fresh), later_local, ifelse(unresectable, trigger + 6, Inf))
  o_disease <- spread + illness / rate * ifelse(later & spread == later_local, 2, 1)
  o_death <- pmin(other, later_operative, o_disease)
  data.frame(occult, local, back, other, operative, r_disease, r_death, major, diabetes, insufficiency, grown, trigger,
    surgery, spread, o_death, died_operated = operative < Inf)
}

# Quality-adjusted years to a horizon.
net_qaly <- function(age, death, spread, surgery, f, horizon, function_factor = 1) {
  stretch <- function(from, to) pmax(0, to - from) / 12
  life <- pmin(death, horizon)
  well <- pmin(life, spread)
  operated <- is.finite(surgery)
  start <- ifelse(operated, surgery, horizon)
  (0.90 - 0.002 * (age - 60)) * life / 12 - 0.015 * pmin(well, start) / 12 - 0.15 * stretch(spread, life) -
    ifelse(operated, 0.005 * stretch(start, well) +
      ifelse(f$major, 0.25 * stretch(start, pmin(life, start + 12)), 0.12 * stretch(start, pmin(life, start + 6))) +
      function_factor * (0.05 * f$diabetes + 0.02 * f$insufficiency) * stretch(start, life), 0)
}
