# The ratios of a run to its limits as bars, in SVG; a red line is a target.
def x: 140 + 400 * ([., 1.1] | min);
.scenarios | to_entries as $rows | ($rows | length * 26 + 40) as $height
| "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"\($height)\" font-family=\"sans-serif\" font-size=\"13\">",
  "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
  ((0, 0.25, 0.5, 0.75, 1) | "<text x=\"\(x)\" y=\"16\" text-anchor=\"middle\" fill=\"gray\">\(.)</text>",
    "<path d=\"M\(x) 22V\($height - 6)\" stroke=\"lightgray\"/>"),
  (range($rows | length) as $i | $rows[$i] | (26 * $i + 30) as $y | .value.ratio as $ratio
    | "<text x=\"130\" y=\"\($y + 14)\" text-anchor=\"end\">\(.key)</text>",
      "<rect x=\"140\" y=\"\($y)\" width=\"\(($ratio | x) - 140)\" height=\"18\" fill=\"steelblue\"/>",
      "<text x=\"\(($ratio | x) + 6)\" y=\"\($y + 14)\">\($ratio * 100 | round / 100)</text>",
      (.value.target // empty | "<path d=\"M\(x) \($y - 3)v24\" stroke=\"crimson\" stroke-width=\"3\"/>")),
  "</svg>"
