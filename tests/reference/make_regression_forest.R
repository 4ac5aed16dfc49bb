# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Out-of-bag errors of ranger on Friedman's first function (Friedman 1991): y = 10 sin(pi x1 x2) + 20 (x3 - 1/2)^2 + 10 x4 +
# 5 x5 + N(0, 1) of ten uniform columns, and z = 1 where y is above 14.4: friedman_1.csv. Mean squared error by variance
# splits and Brier score by Gini splits, over twenty seeds of 500 trees: ranger_out_of_bag.csv.
# Run by hand: Rscript make_regression_forest.R
library(ranger)
cat("R", as.character(getRversion()), "ranger", as.character(packageVersion("ranger")), "\n")
number <- function(x) trimws(formatC(x, digits = 17, format = "g"))
set.seed(1, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
n <- 200
x <- matrix(round(runif(n * 10), 6), n, dimnames = list(NULL, paste0("x", 1:10)))
y <- round(10 * sin(pi * x[, 1] * x[, 2]) + 20 * (x[, 3] - 0.5)^2 + 10 * x[, 4] + 5 * x[, 5] + rnorm(n), 6)
z <- as.integer(y > 14.4)
write.csv(data.frame(x, y, z), "friedman_1.csv", row.names = FALSE, quote = FALSE)
out <- NULL
for (seed in 1:20) {
  grow <- function(...) ranger(x = x, num.trees = 500, mtry = 4, min.node.size = 5, replace = FALSE,
                               sample.fraction = 0.632, seed = seed, num.threads = 1, ...)
  values <- grow(y = y)
  probabilities <- grow(y = factor(z), probability = TRUE)
  mse <- mean((y - values$predictions)^2)
  brier <- mean((z - probabilities$predictions[, "1"])^2)
  stopifnot(abs(mse - values$prediction.error) < 1e-9, abs(brier - probabilities$prediction.error) < 1e-9)
  out <- rbind(out, data.frame(seed, mse = number(mse), brier = number(brier)))
}
write.csv(out, "ranger_out_of_bag.csv", row.names = FALSE, quote = FALSE)
