# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Log-rank numerator, its variance and its permutation variance (of the martingale residuals of a Cox model without columns) for
# each of the 127 ways to divide the eight levels of celltype and treatment of `veteran`, once with every subject and once
# with subject i 1 + i mod 3 times: log_rank_subsets.csv. A subset is named by the numbers of its levels, in sorted order of
# their names "adeno 1", "adeno 2", ..; it never holds the last one.
# Run by hand: Rscript make_forest_categories.R
library(survival)
cat("R", as.character(getRversion()), "survival", as.character(packageVersion("survival")), "\n")
number <- function(x) trimws(formatC(x, digits = 17, format = "g"))
out <- NULL
for (copies in c("one", "one_to_three")) {
  v <- survival::veteran
  if (copies != "one") v <- v[rep(seq_len(nrow(v)), 1 + seq_len(nrow(v)) %% 3), ]
  level <- as.integer(factor(paste(v$celltype, v$trt), levels = sort(unique(paste(v$celltype, v$trt)), method = "radix")))
  m <- residuals(coxph(Surv(time, status) ~ 1, v, ties = "breslow"), "martingale")
  n <- nrow(v)
  for (subset in 1:127) {
    chosen <- which(bitwAnd(subset, 2^(0:7)) > 0)
    left <- level %in% chosen
    d <- survdiff(Surv(time, status) ~ I(!left), v)
    out <- rbind(out, data.frame(copies, levels = paste(chosen, collapse = "+"),
      numerator = number(d$obs[1] - d$exp[1]), variance = number(d$var[1, 1]),
      permutation = number(sum(left) * (n - sum(left)) / (n * (n - 1)) * sum(m^2))))
  }
}
write.csv(out, "log_rank_subsets.csv", row.names = FALSE, quote = FALSE)
