#!/usr/bin/env Rscript
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# maximally_selected.csv: cuts chosen by the maximally selected log-rank statistic, with at least a tenth of the subjects on
# each side. Without strata: statistic and cut of maxstat::maxstat.test (log-rank scores), of times made distinct by a
# thousandth of the row, since its scores count tied subjects otherwise; its cuts begin at floor(n / 10) subjects, which is no
# other maximum here. With strata: coin::maxstat_test with blocks (log-rank scores of each block by
# hand: event minus Nelson-Aalen). p: 200,000 permutations of the scores within strata.
#
#   Rscript make_maximally_selected.R      (maxstat 0.7-25, coin 1.4-2, survival 3.5-3)

suppressMessages({ library(survival); library(maxstat); library(coin) })
set.seed(20)
nelson_aalen_scores <- function(time, event) {
  times <- sort(unique(time[event == 1]))
  steps <- sapply(times, function(u) sum(time == u & event == 1) / sum(time >= u))
  event - sapply(time, function(t) sum(steps[times <= t]))
}
# Largest standardized sum of the scores left of each admissible cut, for the columns of a matrix of permuted scores.
largest <- function(x, stratum, scores) {
  n <- length(x); values <- sort(unique(x)); best <- rep(0, ncol(scores))
  for (cut in values) {
    left <- x <= cut
    if (sum(left) < ceiling(n / 10) || sum(!left) < ceiling(n / 10)) next
    sum_left <- colSums(scores[left, , drop = FALSE]); variance <- 0
    for (s in unique(stratum)) {
      here <- stratum == s; m <- sum(left & here); size <- sum(here)
      own <- scores[here, 1]
      sum_left <- sum_left - m * mean(own)
      variance <- variance + m * (size - m) / (size * (size - 1)) * sum((own - mean(own))^2)
    }
    best <- pmax(best, abs(sum_left) / sqrt(variance))
  }
  best
}
rows <- "dataset,column,stratum,statistic,cut,p"
add <- function(dataset, data, time, event, column, stratum = "") {
  data <- data[!is.na(data[[column]]), ]
  if (stratum == "") data[[time]] <- data[[time]] + data$row / 1000
  x <- data[[column]]; block <- if (stratum == "") rep(1, nrow(data)) else data[[stratum]]
  scores <- numeric(nrow(data))
  for (s in unique(block)) scores[block == s] <- nelson_aalen_scores(data[[time]][block == s], data[[event]][block == s])
  if (stratum == "") {
    test <- maxstat.test(Surv(time, event) ~ x, data = data.frame(x, time = data[[time]], event = data[[event]]), smethod = "LogRank")
    statistic <- unname(test$statistic); cut <- unname(test$estimate)
  } else {
    test <- maxstat_test(scores ~ x | block, data = data.frame(scores, x, block = factor(block)), minprob = 0.1, maxprob = 0.9)
    statistic <- as.numeric(statistic(test)); cut <- test@estimates$estimate$cutpoint
  }
  above <- 0
  for (part in 1:20) {
    permuted <- sapply(1:10000, function(b) { own <- scores; for (s in unique(block)) { w <- which(block == s); own[w] <- scores[w][sample.int(length(w))] }; own })
    above <- above + sum(largest(x, block, permuted) >= statistic * (1 - 1e-9))
  }
  p <- (1 + above) / 200001
  rows <<- c(rows, sprintf("%s,%s,%s,%.17g,%.17g,%.6f", dataset, column, stratum, statistic, cut, p))
}
veteran <- read.csv("../../datasets/veteran/veteran.csv")
lung <- read.csv("../../datasets/lung/lung.csv")
veteran$row <- seq_len(nrow(veteran)); lung$row <- seq_len(nrow(lung))
for (column in c("karno", "age", "diagtime")) add("veteran", veteran, "time", "status", column)
add("veteran", veteran, "time", "status", "karno", "celltype")
add("veteran", veteran, "time", "status", "age", "celltype")
lung$event <- lung$status - min(lung$status)
for (column in c("age", "wt.loss", "meal.cal")) add("lung", lung, "time", "event", column)
writeLines(rows, "maximally_selected.csv")
