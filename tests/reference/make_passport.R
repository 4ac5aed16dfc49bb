# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Effects of a feature over centres, by R: passport.csv. Run by hand in this folder: Rscript make_passport.R
#
# veteran, cell types as centres, beside karno and age, Efron's ties; features per standard deviation (divisor n):
#   estimate_k, se_k    coxph of the feature in centre k (adeno, large, smallcell, squamous), the other columns held as offset at the
#                       coefficients of coxph of all, strata of centres
#   q_p                 Cochran's Q of them
#   share, f_p          one-way analysis of variance of the feature over centres (anova of lm)
library(survival)

v <- survival::veteran
v$centre <- factor(as.character(v$celltype))
v$trt <- as.numeric(v$trt)
v$prior <- as.numeric(v$prior)
control <- coxph.control(eps = 1e-14, iter.max = 50, toler.chol = 1e-15)
rows <- list()
for (feature in c("trt", "diagtime", "prior")) {
  x <- v[[feature]]
  v$x <- (x - mean(x)) / sqrt(mean((x - mean(x))^2))
  joint <- coxph(Surv(time, status) ~ karno + age + x + strata(centre), v, ties = "efron", control = control)
  v$rest <- coef(joint)[["karno"]] * v$karno + coef(joint)[["age"]] * v$age
  fits <- lapply(levels(v$centre), function(k) coxph(Surv(time, status) ~ x + offset(rest), v[v$centre == k, ], ties = "efron",
    control = control))
  y <- sapply(fits, function(fit) coef(fit)[["x"]])
  se <- sapply(fits, function(fit) sqrt(vcov(fit)[1, 1]))
  q <- sum((y - weighted.mean(y, 1 / se^2))^2 / se^2)
  table <- anova(lm(x ~ centre, v))
  rows[[feature]] <- c(y, se, pchisq(q, length(y) - 1, lower.tail = FALSE), table[["Sum Sq"]][1] / sum(table[["Sum Sq"]]),
    table[["Pr(>F)"]][1])
}
values <- do.call(rbind, rows)
numbers <- apply(values, c(1, 2), function(x) trimws(formatC(x, digits = 15, format = "g")))
names <- c(paste0("estimate_", 1:4), paste0("se_", 1:4), "q_p", "share", "f_p")
lines <- c(paste0("# R ", getRversion(), ", survival ", packageVersion("survival"), ", make_passport.R"),
  paste(c("feature", names), collapse = ","), paste(rownames(values), apply(numbers, 1, paste, collapse = ","), sep = ","))
writeLines(lines, "passport.csv")
