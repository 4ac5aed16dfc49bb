# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Times a loop of coxph over features on the doubles of write_doubles; reading them is outside of the time.
# Rscript time_coxph.R PREFIX key=value..
#   features=500   how many are tested, after the adjusted ones     adjusted=2   the first ones are in every model
#   ties=efron     reps=3     out=FILE  score tests, raw doubles (not timed)
# Loops: coxph() with the formula, as one writes it; coxph.fit(), what it calls, with the matrices made; and the score test
# alone: coxph.fit() started at the null model and not iterated. Prints one JSON line.
suppressMessages(library(survival))
words <- commandArgs(TRUE)
pairs <- strsplit(words[-1], "=", fixed = TRUE)
given <- setNames(lapply(pairs, `[`, 2), vapply(pairs, `[`, "", 1))
setting <- function(name, otherwise) if (is.null(given[[name]])) otherwise else given[[name]]
prefix <- words[1]
features <- as.integer(setting("features", 500))
adjusted <- as.integer(setting("adjusted", 2))
ties <- setting("ties", "efron")
reps <- as.integer(setting("reps", 3))

shape <- scan(paste0(prefix, ".dim"), quiet = TRUE)
doubles <- function(name, count) readBin(paste0(prefix, ".", name, ".f64"), "double", count)
x <- doubles("x", shape[1] * (adjusted + features))
dim(x) <- c(shape[1], adjusted + features)
y <- Surv(doubles("time", shape[1]), doubles("event", shape[1]))
z <- x[, seq_len(adjusted), drop = FALSE]
tested <- adjusted + seq_len(features)
null <- coxph(y ~ z, ties = ties)
fit <- function(columns, init, iterations)
  coxph.fit(columns, y, NULL, NULL, init, coxph.control(iter.max = iterations), NULL, ties, as.character(seq_len(nrow(columns))), FALSE)

loops <- list(
  coxph = function() for (j in tested) coxph(y ~ z + x[, j], ties = ties),
  coxph_fit = function() for (j in tested) fit(cbind(z, x[, j]), NULL, 20),
  score = function() vapply(tested, function(j) fit(cbind(z, x[, j]), c(coef(null), 0), 0)$score, 0))
seconds <- list()
for (name in names(loops)) {
  seconds[[name]] <- vapply(seq_len(reps), function(i) {
    gc(FALSE)
    system.time(loops[[name]]())[["elapsed"]]
  }, 0)
}
if (!is.null(given$out)) writeBin(loops$score(), given$out)
row <- function(name) sprintf("\"%s\":[%s]", name, paste(signif(seconds[[name]], 6), collapse = ","))
cat("{\"features\":", features, ",", paste(vapply(names(loops), row, ""), collapse = ","),
  ",\"version\":\"R ", as.character(getRversion()), ", survival ", as.character(packageVersion("survival")), "\"}\n", sep = "")
