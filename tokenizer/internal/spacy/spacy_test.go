package spacy

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// split cuts each chunk of a text and writes the words with bars between.
func split(text string) string {
	var words []string
	for _, chunk := range strings.Fields(text) {
		Split(chunk, func(word string) { words = append(words, word) })
	}
	return strings.Join(words, "|")
}

func TestSplit(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"words", "The quick brown fox", "The|quick|brown|fox"},
		{"end of a sentence", "He left. She stayed:", "He|left|.|She|stayed|:"},
		{"one letter", "I a. B. 5 ä. é.", "I|a.|B.|5|ä.|é|."},
		{"runs of signs", "--- !!! ((( *** ,, ___", "---|!|!|!|(|(|(|*|*|*|,|,|_|_|_"},
		{"runs of others", "=== %%% ### << >>> @@ ^^", "=|=|=|%|%|%|#|#|#|<|<|>|>|>|@@|^^"},
		{"dots", "... .. . wait... ...so a...b a..b. 5.... Hm.. x...'", "...|..|.|wait|...|...|so|a|...|b|a|..|b|.|5|....|Hm|..|x|...|'"},

		{"not", "don't Don't can't won't shan't ain't isn't", "do|n't|Do|n't|ca|n't|wo|n't|sha|n't|ai|n't|is|n't"},
		{"not, without apostrophe", "dont cant Wont didnt arent hasnt", "do|nt|ca|nt|Wo|nt|did|nt|are|nt|has|nt"},
		{"not in capitals", "DON'T CANNOT", "DON'T|CANNOT"},
		{"not and have", "mightn't've shouldntve not've couldve", "might|n't|'ve|should|nt|ve|not|'ve|could|ve"},
		{"no contraction of these", "need've daren've isn't've", "need've|daren've|isn't've"},
		{"pronouns", "I'm im I'd they'll We've you're she's He'd've itll", "I|'m|i|m|I|'d|they|'ll|We|'ve|you|'re|she|'s|He|'d|'ve|it|ll"},
		{"more pronouns", "I'ma Ima theyre thats hes id", "I|'m|a|I|m|a|they|re|that|s|he|s|i|d"},
		{"words that only look contracted", "its well ill hell shell shed were Whore Its", "its|well|ill|hell|shell|shed|were|Whore|Its"},
		{"question words", "who'd've What's wheres why're how'd'y there'll", "who|'d|'ve|What|'s|where|s|why|'re|how|'d|'y|there|'ll"},
		{"one word said as two", "cannot Gonna gotta let's y'all lets", "can|not|Gon|na|got|ta|let|'s|y'|all|lets"},
		{"possessives", "John's JOHN'S dogs' James's 1990's", "John|'s|JOHN|'S|dogs|'|James|'s|1990|'s"},
		{"no contraction after a noun", "John'll colour'd y'know", "John'll|colour'd|y'know"},
		{"contraction between quotes", "'don't' 'I'm.'", "'|do|n't|'|'|I|'m|.|'"},
		{"leading apostrophes", "'em 'Cause 'bout 'til 'twas '90s 'n'", "'em|'Cause|'bout|'|til|'|twas|'|90s|'|n|'"},
		{"trailing apostrophes", "goin' Nothin' walkin' ol'", "goin'|Nothin'|walkin|'|ol'"},
		{"quotes", "'a' ''b'' `c' ``d'' «e» 「f」 '''", "'|a|'|'|'|b|''|`|c|'|``|d|''|«|e|»|「|f|」|'|''"},

		{"titles", "Mr. Mrs. Dr. St. Jr. Prof. mr.", "Mr.|Mrs.|Dr.|St.|Jr.|Prof|.|mr|."},
		{"months and states", "Jan. Sept. May. Calif. Ill. jan. Abc.", "Jan.|Sept.|May.|Calif.|Ill.|jan|.|Abc|."},
		{"capitals", "U.S. U.S.A. USA. D.C. A.B NASA.", "U.S.|U.S.A.|USA|.|D.C.|A.B|NASA|."},
		{"small letters", "e.g. i.e. vs. a.m. p.m. c. etc. c.f.", "e.g.|i.e.|vs.|a.m.|p.m.|c.|etc|.|c.f|."},
		{"abbreviation and sign", "Mr.: 'Mr. U.S.' Inc.. :Mr.: <'s>", "Mr.|:|'|Mr.|U.S.|'|Inc|..|:|Mr.|:|<|'s|>"},
		{"sentences run together", "end.Next a.B A.b word.word", "end|.|Next|a|.|B|A.b|word.word"},

		{"numbers", "0.5 .5 5. 1990s 5.5.5 3x3=9 1st 17th.", "0.5|.5|5|.|1990s|5.5.5|3x3=9|1st|17th|."},
		{"powers", "2^10 x^2 2^x 5^-1", "2|^|10|x^2|2^x|5^-1"},
		{"times", "7am 11p.m. 12a.m. 13pm 7:30pm 0am", "7|am|11|p.m.|12|a.m.|13pm|7:30pm|0am"},
		{"money", "$5.00 €3 £2.99. 5$ 5€ US$100 100US$ 7₽", "$|5.00|€|3|£|2.99|.|5|$|5|€|US$|100|100|US$|7|₽"},
		{"units", "5km 10kg 3m² 50% 20mph 4GB 5K 3D 5kms 7in. 9км 5'' x5km 5мбар x². 5m².", "5|km|10|kg|3|m²|50|%|20|mph|4|GB|5|K|3D|5kms|7|in|.|9|км|5|''|x5|km|5|мбар|x²|.|5|m²|."},
		{"percent first", "%50 §5 =5 #tag &amp @user", "%|50|§|5|=|5|#|tag|&|amp|@user"},
		{"degrees", "20°C 20°C. 5° °F", "20|°|C|20|°|C|.|5|°|°|F"},
		{"colons and equals", "a:b a=b 10:45 a<b>c x=1 T:5 a:", "a|:|b|a|=|b|10:45|a|<|b|>|c|x=1|T:5|a|:"},

		{"host names", "example.com www.example.co.uk. see example.com' example.com: a.b a.b=c EXAMPLE.COM", "example.com|www.example.co.uk|.|see|example.com|'|example.com|:|a.b|a.b|=|c|EXAMPLE.COM"},
		{"host names stay whole", "example.com:8080 example.com=a.B x.Example.Com a.co.Uk", "example.com:8080|example.com=a.B|x|.|Example|.|Com|a.co.Uk"},
		{"addresses", "me@example.com John.Doe@Mail.example.org John.Doe@mail.example.org me@localhost @example.com :me@x.org.", "me@example.com|John|.|Doe@Mail.example.org|John.Doe@mail.example.org|me@localhost|@example.com|:|me@x.org|."},
		{"user with anything", "a=B.c:d@x.org a=b@c a=b@c@d.ee", "a=B.c:d@x.org|a|=|b@c|a=b@c@d.ee"},
		{"IP addresses", "8.8.8.8km 10.0.0.1km 192.168.1.1km 8.8.8km 172.20.1.1m 256.1.1.1m 8.256.1.1m 8.8.8.0m", "8.8.8.8km|10.0.0.1|km|192.168.1.1|km|8.8.8|km|172.20.1.1|m|256.1.1.1|m|8.256.1.1|m|8.8.8.0|m"},

		{"emoji", "lol😂😂 😂lol a😂b 👍🏽 ❤️", "lol|😂|😂|😂|lol|a|😂|b|👍|🏽|❤|️"},
		{"faces", ":P :p. :D. =3 <3 >.< :3 ; o.O xD :o: =]", ":P|:|p.|:|D.|=3|<3|>.<|:3|;|o.O|xD|:o|:|=|]"},
		{"symbols", "©2018 ™ a™ †‡§ ★x a\U0001F8B4x", "©|2018|™|a|™|†‡§|★|x|a|\U0001F8B4|x"},
		{"other letters", "été. ЁЖ. моё. Ёж.Жё שלום. λόγος. ñandú.É 日本。 日本. हिन्दी।", "été|.|ЁЖ|.|моё|.|Ёж|.|Жё|שלום|.|λόγος.|ñandú|.|É|日本|。|日本.|हिन्दी|।"},
		{"code", `\n <space> C:\x std::vector x.y = !!`, `\n|<space>|C:\x|std::vector|x.y|=|!|!`},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, split(c.text))
		})
	}
}

// TestExceptions checks the systematic ones against their definition: each pronoun with each
// verb, with an apostrophe and without, small and with a capital.
func TestExceptions(t *testing.T) {
	excluded := map[string]bool{}
	for _, word := range strings.Fields("ill its hell shell shed were well whore") {
		excluded[word], excluded[title(word)] = true, true
	}
	for words, verbs := range map[string]string{
		"i":                      "'m 'll 'd 've 'll've 'd've",
		"you we they":            "'re 'll 'd 've 'll've 'd've",
		"he she it":              "'s 'll 'd 'll've 'd've",
		"who what when where":    "'s 're 'll 'd 've 'll've 'd've",
		"why how there that":     "'s 're 'll 'd 've 'll've 'd've",
		"could might must would": "'ve n't n't've",
		"do does had sha wo ca":  "n't n't've",
		"are is was were dare":   "n't",
	} {
		for _, word := range strings.Fields(words) {
			for _, verb := range strings.Fields(verbs) {
				for _, word := range []string{word, title(word)} {
					want := word + "|" + strings.ReplaceAll(verb[:1]+strings.ReplaceAll(verb[1:], "'ve", "|'ve"), "n|'ve", "n'|ve")
					require.Equal(t, want, split(word+verb))
					if bare := strings.ReplaceAll(word+verb, "'", ""); !excluded[bare] {
						require.Equal(t, strings.ReplaceAll(want, "'", ""), split(bare))
					}
				}
			}
		}
	}
	for word := range excluded {
		require.Equal(t, word, split(word))
	}
}

// FuzzSplit checks that the words joined are the chunk, and none is empty.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"don't", "a.B", "''", "`", "x@y.zz.", "8.8.8.8", "5US$", "A$A$", "...", "\xff", "°C.", "a:=b", ":P:P"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, chunk string) {
		var joined strings.Builder
		Split(chunk, func(word string) {
			require.NotEmpty(t, word)
			joined.WriteString(word)
		})
		require.Equal(t, chunk, joined.String())
	})
}

// TestSplitTime guards against time that grows with the square of the length.
func TestSplitTime(t *testing.T) {
	const size = 1 << 17
	for _, unit := range []string{
		"a", ".", "a.", "a.b.", "aa.", "'", "'s", "''", "`", ":", "A$", "$", "5km", "5", "@", "a@", "@a.", "a@b.c", "1.1.", "😂", "=a", "8.8.8.8@", "#a",
	} {
		text := strings.Repeat(unit, size/len(unit))
		for _, text := range []string{text, text + "a", "a" + text, text + ".", "A$" + text, text + "'s"} {
			start := time.Now()
			Split(text, func(string) {})
			require.Less(t, time.Since(start), 5*time.Second, "%q", unit)
		}
	}
}
