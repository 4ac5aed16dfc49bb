// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/write_html.hpp"

#include "vigil/base/digest.hpp"
#include "vigil/report/page.hpp"
#include "vigil/report/words.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/version.hpp"

#include <span>

namespace vigil::report {
namespace {

unsigned hex_value(char digit) {
  return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

// A content security policy names a script by the base 64 of its SHA-256: 32 bytes, so one `=` at the end.
std::string source_hash(std::string_view text) {
  Digest digest;
  digest.add(std::as_bytes(std::span(text)));
  const std::string hex = digest.hex() + "00";
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t first = 0; first + 3 <= hex.size(); first += 3) {
    const unsigned bits =
        hex_value(hex[first]) << 8U | hex_value(hex[first + 1]) << 4U | hex_value(hex[first + 2]);
    result += alphabet[bits >> 6U];
    result += alphabet[bits & 63U];
  }
  result.back() = '=';
  return "'sha256-" + result + "'";
}

std::string head(const std::string& title, const Assets& assets, bool drawable) {
  const std::string script =
      drawable ? "script-src " + source_hash(assets.script) : "script-src 'none'";
  std::string html = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; " +
                     script + "; style-src " + source_hash(assets.style) +
                     "; img-src data:; base-uri 'none'; form-action 'none'\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"referrer\" content=\"no-referrer\">\n";
  html += "<title>" + escaped(title) + "</title>\n";
  html += "<link rel=\"icon\" href=\"data:,\">\n";
  return html + "<style>" + std::string(assets.style) + "</style>\n</head>\n";
}

std::string masthead(const PageParts& parts) {
  std::string html = "<div class=\"kicker\"><span>vigil " + escaped(version) + " · " +
                     escaped(parts.kind) + "</span><strong>Research use only</strong></div>";
  html += element("h1", escaped(parts.title));
  return element("header", html);
}

std::string contents(const Report& report) {
  std::string html;
  const auto add = [&html](const char* id, const char* name) {
    html += std::string("<a href=\"#") + id + "\">" + name + "</a>";
  };
  if (report.triage) {
    add("actions", "Proposed actions");
  }
  if (!report.performance.empty() || !report.calibration.empty()) {
    add("performance", "Prediction");
  }
  if (!report.selected_features.empty() || !report.coefficients.empty()) {
    add("features", "Features");
  }
  if (!report.forests.empty()) {
    add("forest", "Forest");
  }
  if (report.null_check) {
    add("null-check", "Null check");
  }
  add("study", "Study and data");
  return element("nav", html);
}

} // namespace

std::string figures_note(const Assets& assets) {
  if (assets.templates.empty()) {
    return paragraph(
        "This page has its tables but no figures: " + std::string(assets.missing) + ".", "banner");
  }
  return "<noscript><p class=\"banner\">The figures need scripts, which this viewer does not run. "
         "Their data stand below each of them.</p></noscript>\n";
}

std::string page_text(const PageParts& parts, const Assets& assets) {
  const bool drawable = !assets.templates.empty();
  std::string html = head(parts.title, assets, drawable) + "<body>\n" + masthead(parts) +
                     "<main>\n" + parts.body + "</main>\n";
  html += element("footer", escaped(intended_use));
  if (drawable) {
    html += "\n<script type=\"application/json\" id=\"figures\">" +
            page_block(parts.figures, assets.templates) + "</script>\n<script>" +
            std::string(assets.script) + "</script>";
  }
  return html + "\n</body>\n</html>\n";
}

std::string html_text(const Report& report, const Assets& assets) {
  const PageFigures figures{.figures = figures_of(report), .drawable = !assets.templates.empty()};
  std::string body = verdict_section(report) + contents(report) + figures_note(assets);
  body += triage_section(report, figures) + performance_section(report, figures) +
          features_section(report, figures) + forest_section(report, figures) +
          null_check_section(report) + study_section(report);
  return page_text({.title = report.title.empty() ? "Survival study" : report.title,
                    .kind = "report",
                    .body = body,
                    .figures = figures.figures},
                   assets);
}

void write_html(const Report& report, const std::filesystem::path& directory) {
  write_file(directory / "report.html", html_text(report));
}

} // namespace vigil::report
