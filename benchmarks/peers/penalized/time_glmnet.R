# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Times glmnet on the doubles of write_doubles; reading them is outside of the time.
# Rscript time_glmnet.R path|cv|nested|stability PREFIX key=value..
#   family=cox|gaussian|binomial  l1_ratio=1  points=100  ratio=0.01  reps=5
#   out=FILE     path: solution, layout as in peer_data.hpp; stability: one line per half sample and point
#   folds=FILE   cv: fold of each subject          halves=FILE  stability: subjects of each half sample
#                nested: inner fold of each subject of one outer training set, 0 outside; that set alone is timed
#   q=50         lambda=FILE  path: on the lambdas of this solution instead of a grid of its own
# Prints one JSON line. Everything not named here is glmnet's default.
suppressMessages(library(glmnet))
words <- commandArgs(TRUE)
pairs <- strsplit(words[-(1:2)], "=", fixed = TRUE)
given <- setNames(lapply(pairs, `[`, 2), vapply(pairs, `[`, "", 1))
setting <- function(name, otherwise) if (is.null(given[[name]])) otherwise else given[[name]]
work <- words[1]
prefix <- words[2]
family <- setting("family", "cox")
l1_ratio <- as.numeric(setting("l1_ratio", 1))
points <- as.integer(setting("points", 100))
ratio <- as.numeric(setting("ratio", 0.01))
reps <- as.integer(setting("reps", 5))
q <- as.integer(setting("q", 50))

shape <- scan(paste0(prefix, ".dim"), quiet = TRUE)
doubles <- function(name, count) readBin(paste0(prefix, ".", name, ".f64"), "double", count)
x <- doubles("x", prod(shape))
dim(x) <- shape
y <- if (family == "cox") cbind(time = doubles("time", shape[1]), status = doubles("event", shape[1])) else doubles(family, shape[1])
y_of <- function(rows) if (is.matrix(y)) y[rows, ] else y[rows]

lambdas <- if (!is.null(given$lambda)) {
  stored <- file(given$lambda, "rb")
  count <- readBin(stored, "double", 2)[1]
  readBin(stored, "double", count)
}
path_of <- function(rows = NULL, ...) {
  if (is.null(rows)) return(glmnet(x, y, family = family, alpha = l1_ratio, nlambda = points, lambda.min.ratio = ratio, lambda = lambdas, ...))
  glmnet(x[rows, ], y_of(rows), family = family, alpha = l1_ratio, nlambda = points, lambda.min.ratio = ratio, ...)
}
# The loop of half samples: a path that ends before q features, the selection is that of its last point.
halves_of <- function(lines) lapply(lines, function(rows) path_of(rows, dfmax = q - 1))

lines <- if (work == "stability") lapply(strsplit(readLines(setting("halves", "")), " ", fixed = TRUE), as.integer)
folds <- if (work %in% c("cv", "nested")) scan(setting("folds", ""), quiet = TRUE)
inside <- which(folds > 0)
seconds <- numeric(reps)
for (repeat_number in seq_len(reps)) {
  gc(FALSE)
  seconds[repeat_number] <- system.time(fit <- switch(work,
    path = path_of(),
    cv = cv.glmnet(x, y, family = family, alpha = l1_ratio, nlambda = points, lambda.min.ratio = ratio, foldid = folds),
    nested = cv.glmnet(x[inside, ], y_of(inside), family = family, alpha = l1_ratio, nlambda = points, lambda.min.ratio = ratio,
                       foldid = folds[inside]),
    stability = halves_of(lines)))[["elapsed"]]
}

numbers <- function(values) paste0("[", paste(format(values, digits = 15, trim = TRUE, scientific = TRUE), collapse = ","), "]")
peak <- as.integer(gsub("[^0-9]", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE)))
answer <- c(work = sprintf("\"%s\"", work), seconds = numbers(seconds), peak_kib = peak)
if (work == "path") {
  answer <- c(answer, lambdas = length(fit$lambda), nonzero = tail(fit$df, 1), passes = fit$npasses)
  entries <- summary(as(fit$beta, "CsparseMatrix"))
  if (!is.null(given$out)) {
    out <- file(given$out, "wb")
    writeBin(as.numeric(c(length(fit$lambda), nrow(entries), fit$lambda, entries$i - 1, entries$j - 1, entries$x)), out)
    close(out)
  }
}
if (work %in% c("cv", "nested")) answer <- c(answer, minimum = which(fit$lambda == fit$lambda.min) - 1, one_se = which(fit$lambda == fit$lambda.1se) - 1,
                              lambdas = length(fit$lambda), loss = numbers(fit$cvm), lambda = numbers(fit$lambda))
if (work == "stability" && !is.null(given$out)) {
  out <- file(given$out, "w")
  for (half in seq_along(fit)) for (point in seq_along(fit[[half]]$lambda))
    writeLines(paste(c(half, point, which(fit[[half]]$beta[, point] != 0)), collapse = " "), out)
  close(out)
}
cat("{", paste0("\"", names(answer), "\":", answer, collapse = ","), "}\n", sep = "")
