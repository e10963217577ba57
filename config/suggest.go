package config

import "strings"

// suggest is what to do about a word that is not one of known.
func suggest(word string, known []string) string {
	best, distance := "", min(max(len(word)/3, 2)+1, len(word))
	for _, k := range known {
		if n := edits(word, k); n < distance {
			best, distance = k, n
		}
	}
	if best != "" {
		return "是否想写 " + best + "？"
	}
	return "可用的有 " + strings.Join(known, "、")
}

// edits is the Levenshtein distance of two words.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := corner
			if a[i] != b[j] {
				replace++
			}
			corner = row[j+1]
			row[j+1] = min(replace, corner+1, row[j]+1)
		}
	}
	return row[len(b)]
}
