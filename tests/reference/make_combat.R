#!/usr/bin/env Rscript
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# combat.csv: values corrected by sva::ComBat (parametric priors), iterated until nothing moves any more: sva stops where
# a step changes by less than 1e-4. Matrices are formulas, so that the test makes them again.
#
#   Rscript make_combat.R      (sva 3.46.0)

suppressMessages(library(sva))
solver <- get("it.sol", envir = asNamespace("sva"))
formals(solver)$conv <- 1e-15
assignInNamespace("it.sol", solver, "sva")

rows <- list()
add <- function(case, corrected) {
  for (g in seq_len(nrow(corrected))) {
    for (i in seq_len(ncol(corrected))) {
      rows[[length(rows) + 1]] <<- sprintf("%s,%d,%d,%.17g", case, g, i, corrected[g, i])
    }
  }
}
corrected <- function(x, batch, covariates = NULL) {
  mod <- if (is.null(covariates)) NULL else cbind(1, covariates)
  suppressMessages(ComBat(x, batch, mod = mod, par.prior = TRUE))
}

# The matrix of reference_values.csv.
x <- outer(1:6, 1:12, function(g, i) sin(1.3 * g + 0.7 * i) + 0.4 * g + 0.8 * (i > 6) * cos(g))
add("two", corrected(x, rep(1:2, each = 6)))
add("covariate", corrected(x, rep(1:2, each = 6), rep(0:1, 6)))

# Three batches of 4, 7 and 9 subjects, two covariates.
batch <- rep(1:3, c(4, 7, 9))
y <- outer(1:9, 1:20, function(g, i) (1 + 0.3 * batch[i]) * sin(g * i + 0.2 * i^2) + 0.1 * g * i + cos(g * batch[i]))
age <- cos(1:20)
add("three", corrected(y, batch, cbind(age, (1:20) %% 2)))

# Every third subject twice.
draws <- ifelse((1:20) %% 3 == 0, 2, 1)
twice <- rep(1:20, draws)
z <- corrected(y[, twice], batch[twice], age[twice])
add("drawn", z[, !duplicated(twice)])

writeLines(c("case,marker,subject,value", unlist(rows)), "combat.csv")
