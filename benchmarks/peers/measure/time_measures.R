# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Times measures of one prediction on the doubles of make_cohort(); reading them is outside of the time.
# Rscript time_measures.R PREFIX key=value..
#   engine=packages   survival::concordance and, where it is installed, riskRegression::Score
#   engine=plain      the formulas over all pairs, in vectors and matrices of base R, C of survival left out
#   parts=harrell_c,uno_c,auc,brier    reps=3    out=FILE  values and standard errors by part and time, raw doubles
# Prints one JSON line; a part whose package is missing is left out.
words <- commandArgs(TRUE)
pairs <- strsplit(words[-1], "=", fixed = TRUE)
given <- setNames(lapply(pairs, `[`, 2), vapply(pairs, `[`, "", 1))
setting <- function(name, otherwise) if (is.null(given[[name]])) otherwise else given[[name]]
prefix <- words[1]
engine <- setting("engine", "packages")
parts <- strsplit(setting("parts", "harrell_c,uno_c,auc,brier"), ",")[[1]]
reps <- as.integer(setting("reps", 3))

doubles <- function(name) {
  file <- paste0(prefix, ".", name, ".f64")
  readBin(file, "double", file.size(file) / 8)
}
time <- doubles("time")
event <- doubles("event")
score <- doubles("score")
horizon <- doubles("horizon")
n <- length(time)
risk <- matrix(doubles("risk"), n)
version <- paste0("R ", getRversion())

if (engine == "packages") {
  suppressMessages(library(survival))
  version <- paste0(version, ", survival ", packageVersion("survival"))
  c_of <- function(weight) {
    fit <- concordance(Surv(time, event) ~ score, reverse = TRUE, timewt = weight, ymax = max(horizon))
    c(fit$concordance, sqrt(fit$var))
  }
  work <- list(harrell_c = function() c_of("n"), uno_c = function() c_of("n/G2"))
  if (suppressMessages(requireNamespace("riskRegression", quietly = TRUE))) {
    suppressMessages(library(riskRegression))
    version <- paste0(version, ", riskRegression ", packageVersion("riskRegression"))
    data <- data.frame(time = time, event = event)
    # Kaplan-Meier weights; no null model and no contrasts: nothing that vigil is not asked for.
    score_of <- function(metric) Score(list(risk), formula = Surv(time, event) ~ 1, data = data, times = horizon, metrics = metric,
      cens.model = "km", null.model = FALSE, contrasts = FALSE, se.fit = TRUE, conf.int = TRUE)
    # Its variance has the divisor n - 1, vigil's n.
    work$auc <- function() with(score_of("auc")$AUC$score, rbind(AUC, se * sqrt((n - 1) / n)))
    work$brier <- function() with(score_of("brier")$Brier$score, rbind(Brier, se * sqrt((n - 1) / n)))
  }
} else {
  # No tied times in these cohorts: the censoring hazard at a censored time u is 1 / #{T >= u}.
  place <- rank(time, ties.method = "first")
  ordered <- order(time)
  at_risk <- n + 1 - seq_len(n)
  after <- cumprod(1 - (1 - event[ordered]) / at_risk)
  before_own <- c(1, after)[place]
  g_at <- function(t) c(1, after)[1 + sum(time <= t)]
  weight_at <- function(t) ifelse(time > t, 1 / g_at(t), ifelse(event == 1, 1 / before_own, 0))
  # Influence of each subject on a mean of carried: the mean is carried by the weights 1/G, which are estimated.
  influence <- function(direct, carried, t) {
    q <- vapply(time[ordered], function(u) sum(carried[time > u]) / n, 0)
    censored <- (event[ordered] == 0) & (time[ordered] <= t)
    jump <- ifelse(censored, q * n / at_risk, 0)
    compensator <- cumsum(ifelse(censored, q * n / at_risk^2, 0))
    own <- ifelse(event[ordered] == 0, compensator, c(0, compensator[-n]))
    direct + (jump - own)[place]
  }
  se_of <- function(psi) sqrt(sum(psi^2)) / n
  brier_at <- function(k) {
    carried <- weight_at(horizon[k]) * ((time <= horizon[k] & event == 1) - risk[, k])^2
    c(mean(carried), se_of(influence(carried - mean(carried), carried, horizon[k])))
  }
  auc_at <- function(k) {
    weight <- weight_at(horizon[k])
    case <- which(time <= horizon[k] & event == 1)
    control <- which(time > horizon[k])
    w <- weight[case] / sum(weight[case])
    v <- weight[control] / sum(weight[control])
    wins <- outer(risk[case, k], risk[control, k], ">") + 0.5 * outer(risk[case, k], risk[control, k], "==")
    value <- drop(w %*% wins %*% v)
    carried <- numeric(n)
    carried[case] <- n * w * (drop(wins %*% v) - value)
    carried[control] <- n * v * (drop(w %*% wins) - value)
    c(value, se_of(influence(carried, carried, horizon[k])))
  }
  work <- list(auc = function() vapply(seq_along(horizon), auc_at, c(0, 0)),
    brier = function() vapply(seq_along(horizon), brier_at, c(0, 0)))
}

work <- work[intersect(parts, names(work))]
values <- numeric()
seconds <- list()
for (name in names(work)) {
  seconds[[name]] <- vapply(seq_len(reps), function(i) {
    gc(FALSE)
    again <- if (name %in% c("harrell_c", "uno_c") && n < 1e4) 20 else 1 # the clock counts milliseconds
    spent <- system.time(for (j in seq_len(again)) found <<- work[[name]]())
    spent[["elapsed"]] / again
  }, 0)
  values <- c(values, found)
}
if (!is.null(given$out)) writeBin(as.numeric(values), given$out)
row <- function(name) sprintf("\"%s\":[%s]", name, paste(signif(seconds[[name]], 6), collapse = ","))
cat("{", paste0(vapply(names(work), row, ""), ","), "\"version\":\"", version, "\"}\n", sep = "")
