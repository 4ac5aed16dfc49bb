# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Expected quality-adjusted years of 50 patients by an independent simulation (net_laws.R): net_truth.csv.
#   Rscript make_net_truth.R                         draws 50 patients with seed 7, 40,000 futures each: net_truth.csv
#   Rscript make_net_truth.R FILE.h5 [SUBJECTS]      compares the truth of a file, for its first patients
# Columns: patient as net_laws.R names them; by horizon h the means o_h, r_h of balanced QALY, standard error s_h of
# their difference, m_h, b_h: probabilities of spread under observation and of recurrence, e: early recurrence;
# a_h: difference with functional losses doubled.
source("net_laws.R")
horizons <- c(60, 96, 120, 180)

# Expectations over `futures` draws of one patient (a data frame of one row).
expectations <- function(p, futures) {
  p <- p[rep(1, futures), ]
  f <- net_future(p)
  out <- c()
  for (h in horizons) {
    r <- net_qaly(p$age, f$r_death, f$back, rep(0, futures), f, h)
    o <- net_qaly(p$age, f$o_death, f$spread, f$surgery, f, h)
    averse <- net_qaly(p$age, f$r_death, f$back, rep(0, futures), f, h, 2) -
      net_qaly(p$age, f$o_death, f$spread, f$surgery, f, h, 2)
    out <- c(out, mean(o), mean(r), sd(r - o) / sqrt(futures), mean(f$spread <= h & f$spread <= f$o_death),
      mean(f$back <= h & f$back <= f$r_death), mean(averse))
  }
  names(out) <- paste0(c("o_", "r_", "s_", "m_", "b_", "a_"), rep(horizons, each = 6))
  c(out, e = mean(f$back <= 18 & f$back <= f$r_death))
}

arguments <- commandArgs(TRUE)
if (length(arguments) == 0) {
  set.seed(7)
  p <- net_patients(50, 27)
  values <- t(sapply(seq_len(nrow(p)), function(i) expectations(p[i, ], 40000)))
  keep <- c("subtype", "metastatic", "growing", "quality", "age", "male", "cci", "bmi", "head", "size", "ki67", "nodes",
    "duct", "vessel", "growth", "procedure")
  write.csv(cbind(signif(p[keep], 12), signif(values, 7)), "net_truth.csv", row.names = FALSE, quote = FALSE)
  cat("R", as.character(getRversion()), "\n")
} else {
  suppressMessages(library(rhdf5))
  subjects <- if (length(arguments) > 1) as.integer(arguments[2]) else 50
  hidden <- function(name) as.vector(h5read(arguments[1], name))
  patient <- function(name) hidden(paste0("patients/", name))
  quality <- setNames(hidden("centres/quality"), hidden("centres/name"))
  p <- data.frame(subtype = patient("subtype"), metastatic = patient("metastatic_axis"), growing = patient("growth_axis"),
    quality = unname(quality[patient("centre")]), age = patient("age"), male = patient("male"), cci = patient("cci"),
    bmi = patient("bmi"), head = patient("head"), size = patient("size"), ki67 = patient("ki67"), nodes = patient("nodes"),
    duct = patient("duct_dilation"), vessel = as.numeric(patient("vessel") > 0), growth = patient("growth"),
    procedure = patient("procedure") + 1)[seq_len(subjects), ]
  set.seed(8)
  values <- t(sapply(seq_len(subjects), function(i) expectations(p[i, ], 20000)))
  for (h in horizons) {
    file <- function(name) hidden(sprintf("own/balanced/%g/%s", h, name))[seq_len(subjects)]
    back <- function(name) hidden(sprintf("own/return/%g/%s", h, name))[seq_len(subjects)]
    z <- (file("difference") - (values[, paste0("r_", h)] - values[, paste0("o_", h)])) /
      sqrt(file("difference_se")^2 + values[, paste0("s_", h)]^2)
    cat(sprintf("horizon %g: z of the difference: mean %.3f, SD %.3f, largest %.2f; m differs by %.4f at most, r by %.4f\n",
      h, mean(z), sd(z), max(abs(z)), max(abs(back("observe") - values[, paste0("m_", h)])),
      max(abs(back("resect") - values[, paste0("b_", h)]))))
  }
}
