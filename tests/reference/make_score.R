# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Scores of decisions against known expectations, written from the definitions of docs/methods/triage_scoring.md alone.
#   Rscript make_score.R                                     60 drawn subjects: score_subjects.csv, score_values.csv
#   Rscript make_score.R TRIAGE.tsv TRUTH.h5 DETAILS.tsv [quality]   compares score_details.tsv of vigil with a truth file
z <- qnorm(0.975)
margins <- c(0, 0.02, 0.05, 0.1, 0.2)

# s: o1, o2, r1, r2 values by halves; se of the difference; a1, a2, c1, c2 differences that the ceilings predict; action,
# care: "observe", "board", "resect"; way: care, worst, excluded.
scores <- function(s, way) {
  share <- function(name, margin, hit, p, n) {
    e <- hit / n
    w <- c(e + z^2 / (2 * n) - z * sqrt(e * (1 - e) / n + z^2 / (4 * n^2)),
      e + z^2 / (2 * n) + z * sqrt(e * (1 - e) / n + z^2 / (4 * n^2))) / (1 + z^2 / n)
    data.frame(measure = name, margin = margin, estimate = e, se = sqrt(e * (1 - e) / n), lower = w[1], upper = w[2],
      monte_carlo_se = p, subjects = n)
  }
  average <- function(name, v, mc) data.frame(measure = name, margin = NA, estimate = mean(v), se = sd(v) / sqrt(length(v)),
    lower = mean(v) - z * sd(v) / sqrt(length(v)), upper = mean(v) + z * sd(v) / sqrt(length(v)),
    monte_carlo_se = sqrt(sum(mc)) / length(v), subjects = length(v))
  board <- s$action == "board"
  all <- nrow(s)
  if (way == "excluded") s <- s[!board, ]
  n <- nrow(s)
  d1 <- s$r1 - s$o1
  d2 <- s$r2 - s$o2
  d <- (d1 + d2) / 2
  arm <- ifelse(s$action == "board", s$care, s$action) == "resect"
  k1 <- k2 <- arm # what the first and the second half choose
  if (way == "worst") {
    b <- s$action == "board"
    k1[b] <- d1[b] < 0
    k2[b] <- d2[b] < 0
    arm[b] <- d[b] < 0
  }
  worth <- function(k1, k2) (ifelse(k1, s$r2, s$o2) + ifelse(k2, s$r1, s$o1)) / 2
  half_gap <- function(k1, k2) (ifelse(k1, s$r2, s$o2) - ifelse(k2, s$r1, s$o1)) / 2
  noise <- function(f1, f2) s$se^2 * (f1^2 + f2^2) / 2
  v <- worth(k1, k2)
  out <- average("value", v, half_gap(k1, k2)^2)
  b1 <- rep(sum(d1) > 0, n)
  b2 <- rep(sum(d2) > 0, n)
  base <- worth(b1, b2)
  for (ceiling in c("", "_clinical", "_latent")) {
    t1 <- switch(ceiling, s$a1, `_clinical` = s$c1, `_latent` = d1)
    t2 <- switch(ceiling, s$a2, `_clinical` = s$c2, `_latent` = d2)
    if (ceiling == "") {
      t1 <- s$a1
      t2 <- s$a2
    }
    if (anyNA(t1)) next
    t1 <- t1 > 0
    t2 <- t2 > 0
    top <- worth(t1, t2)
    out <- rbind(out, average(paste0("regret", ceiling), top - v, noise(t1 - k1, t2 - k2)))
    gain <- average(paste0("gain", ceiling), top - base, noise(t1 - b1, t2 - b2))
    if (isTRUE(gain$lower > 0)) {
      over <- v - base
      under <- top - base
      q <- mean(over) / mean(under)
      m <- cov(cbind(over, under)) / n
      # Fieller: roots of (mean(over) - q mean(under))^2 = z^2 (var over - 2 q cov + q^2 var under)
      roots <- sort(Re(polyroot(c(mean(over)^2 - z^2 * m[1, 1], -2 * (mean(over) * mean(under) - z^2 * m[1, 2]),
        mean(under)^2 - z^2 * m[2, 2]))))
      out <- rbind(out, data.frame(measure = paste0("normalised_value", ceiling), margin = NA, estimate = q,
        se = sqrt(m[1, 1] - 2 * q * m[1, 2] + q^2 * m[2, 2]) / mean(under), lower = roots[1], upper = roots[2],
        monte_carlo_se = sqrt(sum(noise((k1 - b1) - q * (t1 - b1), (k2 - b2) - q * (t2 - b2)))) / n / mean(under),
        subjects = n))
    }
    out <- rbind(out, gain)
  }
  gained <- ifelse(arm, d, -d)
  for (margin in margins) {
    wrong <- ifelse(s$se > 0, pnorm((-gained - margin) / s$se), -gained > margin)
    right <- ifelse(s$se > 0, pnorm((gained - margin) / s$se), gained > margin)
    out <- rbind(out, share("wrong_direction", margin, sum(gained < -margin), sqrt(sum(wrong * (1 - wrong))) / n, n))
    clear <- abs(d) > margin
    a <- mean((arm == (d > 0))[clear])
    if (any(clear)) {
      p <- right * (1 - a)^2 + wrong * a^2 - (right * (1 - a) - wrong * a)^2
      out <- rbind(out, share("accuracy", margin, sum((arm == (d > 0)) & clear), sqrt(sum(p)) / sum(clear), sum(clear)))
    }
  }
  rbind(out, share("board_share", NA, sum(board), 0, all))
}

arguments <- commandArgs(TRUE)
if (length(arguments) == 0) {
  set.seed(11)
  n <- 60
  size <- rnorm(n)
  true <- 0.12 * size - 0.03 + rnorm(n, 0, 0.05)
  noise <- function(sd) rnorm(n, 0, sd)
  o1 <- 6 + size / 3 + noise(0.03)
  o2 <- o1 + noise(0.03)
  s <- data.frame(o1, o2, r1 = o1 + true + noise(0.02), r2 = o2 + true + noise(0.02), se = runif(n, 0.005, 0.02),
    a1 = true + noise(0.05), a2 = true + noise(0.05), c1 = 0.1 * size - 0.03 + noise(0.01), c2 = 0.1 * size - 0.03 + noise(0.01),
    action = sample(c("observe", "board", "resect"), n, TRUE, c(0.5, 0.3, 0.2)), care = sample(c("observe", "resect"), n, TRUE))
  s$se[1:3] <- 0
  number <- sapply(s, is.numeric)
  s[number] <- signif(s[number], 6)
  write.csv(s, "score_subjects.csv", row.names = FALSE, quote = FALSE)
  values <- do.call(rbind, lapply(c("care", "worst", "excluded"), function(way) cbind(board = way, scores(s, way))))
  number <- sapply(values, is.double)
  values[number] <- signif(values[number], 12)
  write.csv(values, "score_values.csv", row.names = FALSE, quote = FALSE)
  cat("R", as.character(getRversion()), "\n")
} else {
  suppressMessages(library(rhdf5))
  hidden <- function(name) as.vector(h5read(arguments[2], name))
  quality <- if (length(arguments) > 3) arguments[4] else "own"
  triage <- read.delim(arguments[1], colClasses = "character")
  details <- read.delim(arguments[3])
  place <- match(triage$subject, hidden("patients/id"))
  size <- as.character(cut(hidden("patients/size")[place], c(0, 10, 15, 20, 30, 40, Inf),
    c("<=10", "10-15", "15-20", "20-30", "30-40", ">40")))
  centre <- hidden("patients/centre")[place]
  worst <- 0
  compared <- 0
  for (cell in split(details, paste(details$horizon, details$utility))) {
    group <- sprintf("%s/%s/%g/", quality, cell$utility[1], cell$horizon[1])
    value <- function(name) tryCatch(hidden(paste0(group, name))[place], error = function(e) rep(NA, length(place)))
    s <- data.frame(o1 = value("observe_first"), o2 = value("observe_second"), r1 = value("resect_first"),
      r2 = value("resect_second"), se = value("difference_se"), a1 = value("best_molecular/difference_first"),
      a2 = value("best_molecular/difference_second"), c1 = value("best_clinical/difference_first"),
      c2 = value("best_clinical/difference_second"), action = triage$action,
      care = ifelse(hidden("patients/arm")[place] == 0, "observe", "resect"))
    for (part in split(cell, paste(cell$board, cell$group, cell$level))) {
      chosen <- switch(part$group[1], all = rep(TRUE, nrow(s)), size = size == part$level[1], centre = centre == part$level[1])
      left <- s[chosen & (part$board[1] != "excluded" | s$action != "board"), ]
      if (nrow(left) < 2) next
      mine <- scores(s[chosen, ], part$board[1])
      both <- merge(mine, part, by = c("measure", "margin"))
      for (name in c("estimate", "se", "lower", "upper", "monte_carlo_se", "subjects")) {
        x <- both[[paste0(name, ".x")]]
        y <- both[[paste0(name, ".y")]]
        gap <- abs(x - y) / pmax(1, abs(x))
        worst <- max(worst, gap, na.rm = TRUE)
        if (any(is.na(x) != is.na(y))) stop("defined in one of both only")
      }
      if (nrow(both) != sum(!is.na(part$estimate))) stop("other measures are defined")
      compared <- compared + nrow(both)
    }
  }
  cat(compared, "scores agree; largest difference relative to max(1, value):", signif(worst, 3), "\n")
}
