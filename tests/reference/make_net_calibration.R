# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Summaries of the simulated neuroendocrine tumour cohort.
#   Rscript make_net_calibration.R            simulates 4 x 500,000 patients by net_laws.R: net_calibration.csv
#   Rscript make_net_calibration.R FILE.h5ad  the same summaries of a cohort that vigil wrote, beside that file's values
#       (vigil simulate net -n 200000 -p 0 --centres 1080 --set eus_not_diagnostic=0 ... see docs/methods/net_cohort.md)
# Columns: name, kind (share: tolerance 0.007; median: 3 %; concordance: 0.01), value, standard error over the four.
suppressMessages(library(survival))
source("net_laws.R")

incidence <- function(time, end, at) {
  seen <- survfit(Surv(pmin(time, end), time <= end) ~ 1)
  1 - summary(seen, times = at, extend = TRUE)$surv
}

# d: one row per patient with entry columns; the outcome of the arm as it was given. `back`: return of the disease,
# `death`, `end`: Inf or NA allowed after the end of follow-up.
summaries <- function(d) {
  r <- d[d$resected == 1 & d$functioning == 0, ]
  s <- r[r$size < 20 & r$ki67 <= 20, ]
  o <- d[d$resected == 0 & d$functioning == 0 & d$size <= 20, ]
  seen <- r$status == 1
  rrs <- r$symptoms + 2 * (r$size > 20) + ifelse(r$ki67 > 20, 6, ifelse(r$ki67 >= 3, 1, 0)) + r$nodes
  group <- cut(rrs, c(-1, 2, 5, 10))
  at_60 <- function(x) incidence(ifelse(x$status == 1, x$time, Inf), x$time, 60)
  c_of <- function(f) concordance(coxph(f, r))$concordance
  odds <- exp(coef(glm(nodes ~ head + (ki67 >= 3), binomial, s)))
  dss <- survfit(Surv(os_time, os_status == 2) ~ 1, r)
  os <- survfit(Surv(os_time, os_status > 0) ~ 1, r)
  follow <- survfit(Surv(os_time, os_status == 0) ~ 1, r)
  out <- c(
    share.small = mean(d$size <= 20),
    share.resected = mean(d$resected),
    share.resected_small = mean(d$resected[d$size <= 20 & d$functioning == 0 & d$symptoms == 0]),
    share.resected_large = mean(d$resected[d$size > 20]),
    share.g1 = mean(r$ki67 < 3), share.g2 = mean(r$ki67 >= 3 & r$ki67 <= 20), share.g3 = mean(r$ki67 > 20),
    share.nodes = mean(r$nodes), share.nodes_small = mean(s$nodes), share.nodes_large = mean(r$nodes[r$size >= 20]),
    share.high_ki67_small = mean(s$ki67 >= 3),
    odds.nodes_head = unname(odds[2]), odds.nodes_ki67 = unname(odds[3]),
    share.symptoms = mean(d$symptoms),
    share.pni = mean(r$pni), share.mvi = mean(r$mvi),
    share.recurrence = mean(seen), share.early = mean(seen & r$time <= 18), share.early_of_all = mean(r$time[seen] <= 18),
    median.early = median(r$time[seen & r$time <= 18]), median.later = median(r$time[seen & r$time > 18]),
    share.recurrence_60 = at_60(r), share.recurrence_120 = incidence(ifelse(seen, r$time, Inf), r$time, 120),
    share.low_ki67_60 = at_60(r[r$ki67 <= 5, ]), share.high_ki67_60 = at_60(r[r$ki67 > 5 & r$ki67 <= 20, ]),
    median.low_ki67 = median(r$time[seen & r$ki67 <= 5]),
    median.high_ki67 = median(r$time[seen & r$ki67 > 5 & r$ki67 <= 20]),
    share.n0_60 = at_60(r[r$nodes == 0, ]), share.n1_60 = at_60(r[r$nodes == 1, ]),
    share.small_n0_60 = at_60(s[s$nodes == 0, ]), share.small_n1_60 = at_60(s[s$nodes == 1, ]),
    share.rrs_low = mean(rrs <= 2), share.rrs_intermediate = mean(rrs > 2 & rrs <= 5), share.rrs_high = mean(rrs > 5))
  for (g in 1:3) {
    x <- r[as.integer(group) == g, ]
    out[paste0("share.rrs_24_", c("low", "intermediate", "high")[g])] <-
      incidence(ifelse(x$status == 1, x$time, Inf), x$time, 24)
  }
  c(out,
    concordance.rrs = concordance(Surv(time, status == 1) ~ rrs, r, reverse = TRUE)$concordance,
    concordance.pathology = c_of(Surv(time, status == 1) ~ I(ki67 >= 3) + nodes + pni),
    concordance.nomogram = c_of(Surv(time, status == 1) ~ log(size) + log(ki67) + nodes + I(pni | mvi)),
    share.dss_60 = summary(dss, times = 60)$surv, share.dss_120 = summary(dss, times = 120)$surv,
    share.os_60 = summary(os, times = 60)$surv, share.os_120 = summary(os, times = 120)$surv,
    share.operative_death = mean(r$operative_death), share.major = mean(r$major_complication),
    share.diabetes = mean(r$new_diabetes), share.insufficiency = mean(r$exocrine_insufficiency),
    share.observed_spread_44 = incidence(ifelse(o$status == 1, o$time, Inf), o$time, 44),
    share.observed_spread_60 = at_60(o),
    share.observed_spread_120 = incidence(ifelse(o$status == 1, o$time, Inf), o$time, 120),
    share.observed_other_death_44 = incidence(ifelse(o$os_status == 3, o$os_time, Inf), o$os_time, 44),
    median.follow_up = unname(quantile(follow, 0.5)$quantile))
}

# What needs the hidden columns: subtype, metastatic axis, growth, complete EUS Ki-67, triggers.
hidden_summaries <- function(d) {
  r <- d[d$resected == 1 & d$functioning == 0, ]
  o <- d[d$resected == 0 & d$functioning == 0 & d$size <= 20, ]
  grade <- function(k) ifelse(k < 3, 1, ifelse(k <= 20, 2, 3))
  seen <- ifelse(r$status == 1, r$time, Inf)
  alt <- r$subtype == 3
  c_of <- function(f) concordance(coxph(f, r))$concordance
  c(share.alt = mean(alt), share.grade_agreement = mean(grade(d$ki67) == grade(d$ki67_eus)),
    share.wild_60 = incidence(seen[!alt], r$time[!alt], 60), share.alt_60 = incidence(seen[alt], r$time[alt], 60),
    concordance.preoperative =
      c_of(Surv(time, status == 1) ~ log(size) + log(ki67_eus) + imaging_nodes + duct + symptoms + age),
    concordance.molecular = c_of(Surv(time, status == 1) ~ log(size) + log(ki67_eus) + imaging_nodes + duct + symptoms +
      age + factor(subtype) + metastatic),
    median.growth_mm = median(o$size * o$growth), share.grown_34 = mean(exp(o$growth * 34 / 12) > 1.2),
    share.later_surgery_44 = mean(o$surgery <= 44))
}

simulated <- function(seed) {
  set.seed(seed)
  p <- net_patients(500000, 2700)
  f <- net_future(p)
  yes <- p$resected == 1
  death <- ifelse(yes, f$r_death, f$o_death)
  back <- ifelse(yes, f$back, f$spread)
  other <- f$other <= p$end & f$other == death
  operative <- ifelse(yes, f$operative <= death, death < f$other & death < back)
  d <- p
  d$os_time <- pmin(death, p$end)
  d$os_status <- ifelse(death > p$end, 0, ifelse(operative, 4, ifelse(f$other == death, 3, 2)))
  d$time <- pmin(back, d$os_time)
  d$status <- ifelse(back <= d$os_time, 1, d$os_status)
  d$operative_death <- f$died_operated
  d$major_complication <- f$major
  d$new_diabetes <- f$diabetes
  d$exocrine_insufficiency <- f$insufficiency
  d$surgery <- f$surgery
  c(summaries(d), hidden_summaries(d))
}

written <- function(file, truth) {
  suppressMessages(library(rhdf5))
  column <- function(name) as.vector(h5read(file, paste0("obs/", name)))
  code <- function(name) as.vector(h5read(file, paste0("obs/", name, "/codes")))
  hidden <- function(name) as.vector(h5read(truth, name))
  d <- data.frame(size = column("size"), functioning = column("functioning"), symptoms = column("symptoms"),
    head = column("head"), age = column("age"), resected = code("arm"))
  for (name in c("time", "status", "os_time", "os_status", "major_complication", "new_diabetes", "exocrine_insufficiency",
    "pni", "mvi", "nodes", "ki67")) d[[name]] <- column(name)
  d$operative_death <- hidden("potential/resect/operative_death") < Inf
  out <- summaries(d)
  d$ki67 <- hidden("patients/ki67")
  d$ki67_eus <- hidden("patients/ki67_eus")
  d$imaging_nodes <- hidden("patients/imaging_nodes")
  d$duct <- hidden("patients/duct_dilation")
  d$subtype <- hidden("patients/subtype")
  d$metastatic <- hidden("patients/metastatic_axis")
  d$growth <- hidden("patients/growth")
  d$surgery <- hidden("potential/observe/surgery")
  c(out, hidden_summaries(d))
}

files <- commandArgs(TRUE)
if (length(files) == 0) {
  runs <- sapply(1:4, simulated)
  kind <- sub("\\..*", "", rownames(runs))
  write.csv(data.frame(name = rownames(runs), kind, value = signif(rowMeans(runs), 6),
    se = signif(apply(runs, 1, sd) / 2, 3)), "net_calibration.csv", row.names = FALSE, quote = FALSE)
  cat("R", as.character(getRversion()), "survival", as.character(packageVersion("survival")), "\n")
} else {
  expected <- read.csv("net_calibration.csv")
  found <- written(files[1], files[2])[expected$name]
  print(data.frame(name = expected$name, expected = expected$value, found = round(unname(found), 4),
    difference = round(unname(found) - expected$value, 4), se = expected$se))
}
