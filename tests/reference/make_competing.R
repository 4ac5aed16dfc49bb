# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Competing risks of `mgus2` (1: plasma-cell malignancy, 2: death before it; times in months).
# competing_incidence.csv: cumulative incidence of both causes by Aalen and Johansen (survfit of several states) among the first
# 200 subjects with a known mspike and hgb, once as they are and once with case weights 1 + i mod 4.
# competing_cuts.csv: log-rank numerator and variance of every tenth cut of mspike and hgb
#   cause_specific  survdiff, the other cause censored
#   composite       survdiff, either cause is the event
#   gray            survdiff of the times that finegray() makes of complete follow-up: those who had an event, or were known
#                   to have none by 60 months, when all others end; with the score test of coxph on the same data (`score`) and
#                   Gray's own statistic (cmprsk, `gray`). Events of cause 1 are moved apart, as the variance of the score test
#                   is another one with ties: by i / 10000 months, i the row among these subjects
#   ends            survdiff with everybody's follow-up ended after (2010 - year of diagnosis) x 12 months, or at the own
#                   time if later, where subjects who died of cause 2 stay at risk until then
# Run by hand: Rscript make_competing.R
suppressPackageStartupMessages({
  library(survival)
  library(cmprsk)
})
cat("R", as.character(getRversion()), "survival", as.character(packageVersion("survival")),
    "cmprsk", as.character(packageVersion("cmprsk")), "\n")
number <- function(x) trimws(formatC(as.numeric(x), digits = 17, format = "g"))
data <- survival::mgus2
data$time <- with(data, ifelse(pstat == 0, futime, ptime))
data$cause <- with(data, ifelse(pstat == 0, 2 * death, 1))
data <- data[!is.na(data$mspike) & !is.na(data$hgb) & data$time > 0, ]

first <- data[1:200, ]
state <- factor(first$cause, 0:2, c("none", "ill", "dead"))
incidence <- NULL
for (weights in c("one", "some")) {
  w <- if (weights == "one") rep(1, 200) else 1 + seq_len(200) %% 4
  fit <- survfit(Surv(time, state) ~ 1, first, weights = w)
  for (t in c(5, 12, 24, 60, 90, 120, 240)) {
    at <- summary(fit, times = t)
    incidence <- rbind(incidence, data.frame(weights, time = t, ill = number(at$pstate[1, 2]),
      dead = number(at$pstate[1, 3]), free = number(at$pstate[1, 1])))
  }
}
write.csv(incidence, "competing_incidence.csv", row.names = FALSE, quote = FALSE)

complete <- data[data$cause != 0 | data$time >= 60, ]
late <- complete$time >= 60
complete$time[late] <- 61
complete$cause[late] <- 0
own <- complete$cause == 1
complete$time[own] <- complete$time[own] + which(own) / 10000
complete$state <- factor(complete$cause, 0:2, c("none", "ill", "dead"))
fg <- finegray(Surv(time, state) ~ ., complete, etype = "ill")
stopifnot(all(fg$fgwt == 1), nrow(fg) == nrow(complete), all(fg$fgstart == 0))
ends <- data
ends$end <- pmax((2010 - ends$dxyr) * 12, ends$time)
ends$end <- ifelse(ends$cause == 0, ends$time, ends$end)
ends$at_risk_to <- ifelse(ends$cause == 2, ends$end, ends$time)
cuts <- NULL
add <- function(rule, feature, cut, d, score = NA, gray = NA) {
  cuts <<- rbind(cuts, data.frame(rule, feature, cut, numerator = number(d$obs[1] - d$exp[1]),
    variance = number(d$var[1, 1]), score = number(score), gray = number(gray)))
}
for (feature in c("mspike", "hgb")) {
  values <- sort(unique(data[[feature]]))
  for (cut in values[seq(5, length(values) - 5, by = 10)]) {
    right <- data[[feature]] > cut
    add("cause_specific", feature, cut, survdiff(Surv(time, cause == 1) ~ right, data))
    add("composite", feature, cut, survdiff(Surv(time, cause > 0) ~ right, data))
    add("ends", feature, cut, survdiff(Surv(at_risk_to, cause == 1) ~ right, ends))
    group <- complete[[feature]] > cut
    fg$group <- fg[[feature]] > cut
    if (length(unique(group)) < 2) next
    add("gray", feature, cut, survdiff(Surv(fgstop, fgstatus) ~ group, fg),
        score = coxph(Surv(fgstart, fgstop, fgstatus) ~ group, fg)$score,
        gray = cuminc(complete$time, complete$cause, group, cencode = 0)$Tests["1", "stat"])
  }
}
write.csv(cuts, "competing_cuts.csv", row.names = FALSE, quote = FALSE)
