/* HTML onto a buffer: the frame with its style sheet, escaped text, elements, numbers.
 *
 * Owns the style sheet, and with it the class names that reports use. Invariant: no text that comes
 * in can open a tag, leave an attribute or make the document invalid; nothing outside the document
 * is ever asked for.
 */
#include "text/html.h"
#include "text/number.h"
#include "text/utf8.h"

#include <string.h>

/* Blue and vermilion of Okabe and Ito stay apart for every kind of colour vision; verdicts differ
 * by shape as well. */
static const char *const style[] = {
    ":root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1b1f24;--dim:#5b6470;",
    "--line:#dde1e6;--ref:#56a3d9;--cur:#c44e00;--yes:#b23c00;--yes-back:#fdeadf;--no:#00664a;",
    "--no-back:#e0f3ec;--unknown:#5b6470;--unknown-back:#eceef1;--shadow:0 1px 3px #0000001f}\n",
    "@media(prefers-color-scheme:dark){:root{--page:#14171b;--card:#1d2228;--ink:#e8eaed;",
    "--dim:#a2abb7;--line:#343b44;--ref:#3d85b8;--cur:#ff9a57;--yes:#ffab77;--yes-back:#46250f;",
    "--no:#58d3ab;--no-back:#0f3529;--unknown:#a2abb7;--unknown-back:#2b3138;--shadow:none}}\n",
    "*{box-sizing:border-box}\n",
    "body{margin:0;background:var(--page);color:var(--ink);",
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;",
    "-webkit-text-size-adjust:100%}\n",
    "main{max-width:108rem;margin:0 auto;padding:clamp(1rem,4vw,2.5rem)}\n",
    "h1{font-size:clamp(1.4rem,4vw,2rem);line-height:1.2;letter-spacing:-.01em;margin:0 0 .25rem;",
    "overflow-wrap:anywhere}\n",
    "h2{font-size:1.15rem;line-height:1.3;margin:2rem 0 .75rem;overflow-wrap:anywhere}\n",
    "p{margin:.25rem 0 .75rem;max-width:65ch}\n",
    "code{font-family:ui-monospace,'Cascadia Mono',Menlo,Consolas,monospace;font-size:.9em}\n",
    ".note,footer,figcaption{color:var(--dim);font-size:.875rem}\n",
    "footer{margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line)}\n",
    ".cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;",
    "margin:1.25rem 0}\n",
    ".card,.scroll,figure{background:var(--card);border:1px solid var(--line);",
    "border-radius:.75rem;box-shadow:var(--shadow)}\n",
    ".card{padding:.9rem 1.1rem;min-width:0}\n",
    ".card.yes{border-left:.35rem solid var(--yes)}.card.no{border-left:.35rem solid var(--no)}\n",
    ".card.unknown{border-left:.35rem solid var(--unknown)}\n",
    ".label{display:block;color:var(--dim);font-size:.8rem}\n",
    ".value{display:block;font-size:1.5rem;font-weight:650;line-height:1.25;",
    "font-variant-numeric:tabular-nums;overflow-wrap:anywhere}\n",
    ".scroll{overflow-x:auto;margin:.75rem 0}\n",
    "table{border-collapse:collapse;width:100%;font-size:.9rem}\n",
    "caption{text-align:left;color:var(--dim);padding:.6rem .9rem}\n",
    "th,td{padding:.5rem .7rem;text-align:left;vertical-align:middle;white-space:nowrap;",
    "border-bottom:1px solid var(--line)}\n",
    "tr:last-child>td,tbody tr:last-child>th{border-bottom:0}\n",
    "thead th{color:var(--dim);font-weight:600;font-size:.8rem}\n",
    "tbody th{font-weight:600;min-width:clamp(7rem,20vw,13rem);max-width:22rem;white-space:normal;",
    "overflow-wrap:anywhere}th:first-child{position:sticky;left:0;background:var(--card)}\n",
    "tbody tr:hover{background:color-mix(in srgb,var(--ref) 8%,transparent)}\n",
    ".where{white-space:normal;min-width:14rem;overflow-wrap:anywhere}\n",
    "td.num,th.num{text-align:right;font-variant-numeric:tabular-nums}\n",
    ".badge{display:inline-block;padding:.1rem .6rem;border-radius:1rem;font-size:.8rem;",
    "font-weight:650;white-space:nowrap}\n",
    ".badge.yes{color:var(--yes);background:var(--yes-back)}\n",
    ".badge.yes::before{content:'\\25B2\\A0'}\n",
    ".badge.no{color:var(--no);background:var(--no-back)}\n",
    ".badge.no::before{content:'\\2713\\A0'}\n",
    ".badge.unknown{color:var(--unknown);background:var(--unknown-back)}",
    ".badge.unknown::before{content:'?\\A0'}\n",
    "figure{margin:.75rem 0;padding:.9rem 1.1rem}figcaption{margin-top:.5rem}\n",
    ".key{white-space:nowrap;margin-right:1rem}.key::before{content:'';display:inline-block;",
    "width:.9em;height:.7em;margin-right:.4em;border-radius:2px;background:var(--ref)}\n",
    ".key.mark::before{background:var(--yes-back);border:1px solid var(--line)}\n",
    ".key.cur::before{height:.2em;vertical-align:.25em;background:var(--cur)}\n",
    "svg.histograms{display:block;width:9rem;height:2.5rem}\n",
    "figure svg.histograms{width:100%;height:10rem}\n",
    "svg.effect{display:block;width:8rem;height:1.125rem}\n",
    "svg .ref{fill:var(--ref);opacity:.75}\n",
    "svg .cur{fill:none;stroke:var(--cur);stroke-width:2;vector-effect:non-scaling-stroke;",
    "stroke-linejoin:round}\n",
    "svg .axis{fill:none;stroke:var(--line);vector-effect:non-scaling-stroke}\n",
    "svg .mark{fill:var(--yes-back)}svg .track{fill:var(--line)}svg .about{opacity:.4}\n",
    "svg .yes{fill:var(--yes)}svg .no{fill:var(--dim)}\n",
    "svg .tolerance{stroke:var(--ink);stroke-width:2;vector-effect:non-scaling-stroke}\n",
    "@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--dim:#444;",
    "--line:#bbb;--ref:#56a3d9;--cur:#c44e00;--yes:#b23c00;--yes-back:#fdeadf;--no:#00664a;",
    "--no-back:#fff;--unknown:#444;--unknown-back:#fff;--shadow:none}\n",
    "@page{size:landscape;margin:10mm}",
    "body{font-size:10pt}main{max-width:none;padding:0}.scroll{overflow:visible}",
    "table{font-size:7pt}thead th,.badge{font-size:inherit}th,td{padding:.25em .4em}",
    "thead th{white-space:normal}tbody th{min-width:9em}th:first-child{position:static}",
    ".where{min-width:16em}",
    "svg.histograms{width:8em;height:2.5em}svg.effect{width:7em;height:1.2em}",
    "tr,.card,figure{break-inside:avoid}thead{display:table-header-group}",
    "svg,.key,.card{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n",
};

void mlops__html_begin(mlops__buf *out, const char *title) {
    mlops__buf_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width, "
                         "initial-scale=1\">\n");
    mlops__html_element(out, "title", NULL, title);
    mlops__buf_text(out, "\n<style>\n");
    for (size_t i = 0; i < sizeof style / sizeof style[0]; i++) mlops__buf_text(out, style[i]);
    mlops__buf_text(out, "</style>\n</head>\n<body>\n<main>\n");
}

void mlops__html_end(mlops__buf *out) { mlops__buf_text(out, "</main>\n</body>\n</html>\n"); }

static const char *replacement(uint8_t c) {
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: break;
    }
    int forbidden = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
    return forbidden ? "\xef\xbf\xbd" : NULL;
}

/* True for code points that HTML forbids beyond ASCII: C1 controls and non-characters. */
static int is_forbidden(const uint8_t *p, size_t left) {
    if (p[0] == 0xc2 && left >= 2) return p[1] < 0xa0;
    if (p[0] == 0xef && left >= 3)
        return (p[1] == 0xb7 && p[2] >= 0x90 && p[2] <= 0xaf) || (p[1] == 0xbf && p[2] >= 0xbe);
    return p[0] >= 0xf0 && left >= 4 && (p[1] & 0x0f) == 0x0f && p[2] == 0xbf && p[3] >= 0xbe;
}

static size_t length_of(uint8_t lead) {
    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* text is valid UTF-8. */
static void put_valid(mlops__buf *out, const uint8_t *text, size_t n) {
    size_t start = 0;
    for (size_t i = 0, length; i < n; i += length) {
        length = length_of(text[i]);
        const char *other = length == 1                     ? replacement(text[i])
                            : is_forbidden(text + i, n - i) ? "\xef\xbf\xbd"
                                                            : NULL;
        if (!other) continue;
        mlops__buf_put(out, text + start, i - start);
        mlops__buf_text(out, other);
        start = i + length;
    }
    mlops__buf_put(out, text + start, n - start);
}

void mlops__html_text(mlops__buf *out, const char *text) {
    size_t n = strlen(text);
    while (n) {
        size_t valid = mlops__utf8_check(text, n);
        put_valid(out, (const uint8_t *)text, valid);
        if (valid < n) mlops__buf_text(out, "\xef\xbf\xbd"), valid++;
        text += valid;
        n -= valid;
    }
}

void mlops__html_element(mlops__buf *out, const char *tag, const char *class_name,
                         const char *text) {
    mlops__buf_format(out, "<%s", tag);
    if (class_name) {
        mlops__buf_text(out, " class=\"");
        mlops__html_text(out, class_name);
        mlops__buf_u8(out, '"');
    }
    mlops__buf_u8(out, '>');
    mlops__html_text(out, text);
    mlops__buf_format(out, "</%s>", tag);
}

void mlops__html_number(mlops__buf *out, double value, int digits) {
    char text[MLOPS__NUMBER_MAX];
    if (value - value != 0) mlops__buf_text(out, "\xe2\x80\x93");
    else mlops__buf_put(out, text, mlops__format_digits(text, value, digits));
}

void mlops__html_table(mlops__buf *out, const char *title, const char *const *heads, int n,
                       int first_number) {
    mlops__html_element(out, "h2", NULL, title);
    mlops__buf_text(out, "<div class=\"scroll\"><table><thead><tr>");
    for (int i = 0; i < n; i++)
        mlops__html_element(out, "th", i >= first_number ? "num" : NULL, heads[i]);
    mlops__buf_text(out, "</tr></thead><tbody>\n");
}

void mlops__html_table_end(mlops__buf *out) { mlops__buf_text(out, "</tbody></table></div>\n"); }

void mlops__html_row(mlops__buf *out, const char *name) {
    mlops__buf_text(out, "<tr><th scope=\"row\">");
    mlops__html_text(out, name);
    mlops__buf_text(out, "</th>");
}

void mlops__html_cell(mlops__buf *out, double value, int digits) {
    mlops__buf_text(out, "<td class=\"num\">");
    mlops__html_number(out, value, digits);
    mlops__buf_text(out, "</td>");
}

void mlops__html_card(mlops__buf *out, const char *class_name, const char *label) {
    mlops__buf_format(out, "<div class=\"card%s%s\"><span class=\"label\">", *class_name ? " " : "",
                      class_name);
    mlops__html_text(out, label);
    mlops__buf_text(out, "</span><span class=\"value\">");
}

void mlops__html_card_end(mlops__buf *out) { mlops__buf_text(out, "</span></div>\n"); }
