# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Concordance of held-out scores, and of ranger's on the same folds, by one function (survival::concordance).
# Rscript cross_validate_ranger.R PREFIX HELD_OUT TREES RULE,RULE..
#   PREFIX    doubles: .x.f64 (feature after feature), .time.f64, .event.f64; .dim (subjects, features)
#   HELD_OUT  table: learner, rep, fold, place (of the subject in the cohort, from 1), score; all learners on the same folds
# Prints learner, repeat and the mean of its folds, one line each. ranger: 0.632 of the subjects without replacement, leaves of 5,
# one random cut with extratrees; its score is the sum of the cumulative hazard over event times.
suppressMessages({
  library(ranger)
  library(survival)
})
words <- commandArgs(TRUE)
size <- scan(paste0(words[1], ".dim"), quiet = TRUE)
n <- size[1]
p <- size[2]
doubles <- function(name, count) readBin(paste0(words[1], ".", name, ".f64"), "double", count)
x <- matrix(doubles("x", n * p), n, p, dimnames = list(NULL, paste0("x", seq_len(p))))
y <- Surv(doubles("time", n), doubles("event", n))
held <- read.delim(words[2])
answer <- function(learner, rep, place, score) {
  data.frame(learner, rep, c = concordance(y[place] ~ score, reverse = TRUE)$concordance)
}
rows <- lapply(split(held, list(held$learner, held$rep, held$fold), drop = TRUE),
               function(part) answer(part$learner[1], part$rep[1], part$place, part$score))
folds <- held[held$learner == held$learner[1], ]
for (rule in strsplit(words[4], ",", fixed = TRUE)[[1]]) {
  rows <- c(rows, lapply(split(folds, list(folds$rep, folds$fold), drop = TRUE), function(part) {
    test <- part$place
    forest <- ranger(x = x[-test, ], y = y[-test], num.trees = as.integer(words[3]), splitrule = rule, num.random.splits = 1,
                     min.node.size = 5, mtry = ceiling(sqrt(p)), replace = FALSE, sample.fraction = 0.632, num.threads = 1,
                     seed = 1000 * part$rep[1] + part$fold[1], verbose = FALSE)
    answer(paste("ranger", rule), part$rep[1], test, rowSums(predict(forest, x[test, ], num.threads = 1)$chf))
  }))
}
means <- aggregate(c ~ learner + rep, do.call(rbind, rows), mean)
write.table(means, sep = "\t", quote = FALSE, row.names = FALSE)
