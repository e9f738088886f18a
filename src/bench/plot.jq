# The ratios of a run to their limits as bars, in SVG; a line marks a target.
.scenarios as $all
| [["post", 0.75], ["page", 0.75], ["deep"], ["category"], ["self"], ["unchanged"], ["publish", 0.6], ["link"], ["mix"],
   ["log-in"], ["export"], ["during-exports"], ["overload", 0.8]]
| map(select($all[.[0]])) as $rows
| "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"\(($rows | length) * 26 + 40)\" font-family=\"sans-serif\" font-size=\"13\">",
  "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
  ((0, 0.25, 0.5, 0.75, 1) | "<text x=\"\(140 + 400 * .)\" y=\"16\" text-anchor=\"middle\" fill=\"gray\">\(.)</text>",
    "<path d=\"M\(140 + 400 * .) 22V\(($rows | length) * 26 + 30)\" stroke=\"lightgray\"/>"),
  (range($rows | length) as $i | $rows[$i] as [$name, $target] | ($i * 26 + 30) as $y | $all[$name].ratio as $ratio
    | "<text x=\"130\" y=\"\($y + 14)\" text-anchor=\"end\">\($name)</text>",
      "<rect x=\"140\" y=\"\($y)\" width=\"\([400 * $ratio, 480] | min)\" height=\"18\" fill=\"steelblue\"/>",
      "<text x=\"\(146 + ([400 * $ratio, 440] | min))\" y=\"\($y + 14)\">\($ratio * 100 | round / 100)</text>",
      if $target then "<path d=\"M\(140 + 400 * $target) \($y - 3)v24\" stroke=\"crimson\" stroke-width=\"3\"/>" else empty end),
  "</svg>"
