package datasets

import (
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

// counted is how many rows there are, and checksums of the first and the last.
type counted struct {
	rows        int
	first, last uint32
}

// genuine are the sample files: their numbers of rows without headers, and checksums of
// their first and last rows, which another program computed.
var genuine = []struct {
	name, folder     string
	train, dev, test counted
}{
	{"SNLI", "", counted{3, 0xcac3db79, 0xdc7aa56e}, counted{2, 0xa161a960, 0x428de5c9}, counted{1, 0x8ab02ca8, 0x8ab02ca8}},
	{"SNLI", "SNLI", counted{3, 0xcac3db79, 0xdc7aa56e}, counted{2, 0xa161a960, 0x428de5c9}, counted{1, 0x8ab02ca8, 0x8ab02ca8}},
	{"SNLI", "SNLI/glue_style", counted{1, 0xcac3db79, 0xcac3db79}, counted{1, 0xa161a960, 0xa161a960}, counted{1, 0x8ab02ca8, 0x8ab02ca8}},
	{"SNLI", "SNLI/id_label_pair", counted{100, 0xcac3db79, 0x028d90c4}, counted{100, 0xa161a960, 0x5e020954}, counted{100, 0x8ab02ca8, 0xcf6d2f6e}},
	{"SNLI", "SNLI/jsonl_fixture", counted{5, 0xcac3db79, 0x45c631c7}, counted{5, 0x697eb4db, 0xb6da95a7}, counted{5, 0xfe7ddca6, 0xb9086a99}},
	{"MNLI", "", counted{3, 0xc866f0e7, 0xd4bf472f}, counted{4, 0x24cb6ad0, 0xea566d82}, counted{2, 0xfba51741, 0xd8f1007f}},
	{"MNLI-matched", "", counted{3, 0xc866f0e7, 0xd4bf472f}, counted{2, 0x24cb6ad0, 0xffe5cb2e}, counted{1, 0xfba51741, 0xfba51741}},
	{"MNLI-mismatched", "", counted{3, 0xc866f0e7, 0xd4bf472f}, counted{2, 0x73cc7fd2, 0xea566d82}, counted{1, 0xd8f1007f, 0xd8f1007f}},
	{"MNLI", "MNLI/multinli_1.0", counted{5, 0xc866f0e7, 0xa60ef6c3}, counted{10, 0x24cb6ad0, 0xed980165}, counted{}},
	{"MNLI", "glue_layout", counted{1, 0xc866f0e7, 0xc866f0e7}, counted{2, 0x24cb6ad0, 0x73cc7fd2}, counted{2, 0xfba51741, 0xd8f1007f}},
	{"QNLI", "QNLI/sample", counted{3, 0x53057ece, 0x518137e4}, counted{2, 0x9d1009a6, 0x88290860}, counted{}},
	{"QNLI", "glue_layout", counted{1, 0x53057ece, 0x53057ece}, counted{1, 0x9d1009a6, 0x9d1009a6}, counted{1, 0x1539b012, 0x1539b012}},
	{"RTE", "", counted{300, 0xae3f4662, 0x74018957}, counted{50, 0x6fcc9b76, 0xdf0edc42}, counted{50, 0x40c4301b, 0x75f023f8}},
	{"RTE", "glue_layout", counted{1, 0xae3f4662, 0xae3f4662}, counted{1, 0x6fcc9b76, 0x6fcc9b76}, counted{1, 0x40c4301b, 0x40c4301b}},
	{"SciTail", "", counted{6, 0x42588efc, 0x8a665964}, counted{6, 0x42588efc, 0x8a665964}, counted{6, 0x42588efc, 0x8a665964}},
	{"SciTail", "SciTail/SciTailV1.1/tsv_format", counted{6, 0x42588efc, 0x8a665964}, counted{6, 0x42588efc, 0x8a665964}, counted{6, 0x42588efc, 0x8a665964}},
	{"SciTail", "SciTail/mtdnn_sample", counted{2, 0x6fc40b0a, 0xe27641b9}, counted{2, 0x42588efc, 0xac6bcc9d}, counted{2, 0xd4988aa4, 0xde01d0b1}},
	{"RACE", "", counted{223, 0x8deec7e1, 0xb380bf06}, counted{109, 0x3b7317f6, 0x9bad76b1}, counted{71, 0x54d23f39, 0x8b22082d}},
	{"RACE-middle", "", counted{129, 0x8deec7e1, 0x1264c991}, counted{61, 0x3b7317f6, 0x27457c2b}, counted{43, 0x54d23f39, 0xb95ed451}},
	{"RACE-high", "", counted{94, 0x8ebd0cc0, 0xb380bf06}, counted{48, 0xead7c680, 0x9bad76b1}, counted{28, 0x702885b6, 0x8b22082d}},
	{"MRPC", "", counted{800, 0xfbe5e7dc, 0x028abed0}, counted{}, counted{100, 0xaaa7accd, 0xbd7b0aae}},
	{"MRPC", "MRPC/sample_tokenized", counted{10, 0x7dd6135d, 0x244749db}, counted{8, 0x437a4598, 0xcb0565d7}, counted{15, 0xddf1a277, 0x3bf83e59}},
	{"MRPC", "glue_layout", counted{1, 0x437a4598, 0x437a4598}, counted{1, 0x57d7c696, 0x57d7c696}, counted{1, 0xf3b4ce78, 0xf3b4ce78}},
	{"QQP", "", counted{1500, 0x5f35ca6e, 0x775b57cd}, counted{150, 0x69a0e27d, 0x83f3cd8c}, counted{1, 0x876a93ef, 0x876a93ef}},
	{"QQP", "glue_layout", counted{1, 0xfad3d90a, 0xfad3d90a}, counted{1, 0xeaa27b76, 0xeaa27b76}, counted{1, 0x876a93ef, 0x876a93ef}},
	{"STS-B", "", counted{1200, 0xe8394914, 0x1c05d1cb}, counted{150, 0x9fbd0834, 0x9f43d423}, counted{100, 0x02aceca2, 0x617244fe}},
	{"STS-B", "glue_layout", counted{1, 0xe8394914, 0xe8394914}, counted{1, 0x9fbd0834, 0x9fbd0834}, counted{1, 0x02aceca2, 0x02aceca2}},
	{"STS-B", "STS-B/original", counted{100, 0xe8394914, 0xb0d2b0b1}, counted{100, 0x9fbd0834, 0xa78e51b4}, counted{100, 0xf20b1122, 0x4f32486b}},
	{"SST-2", "", counted{4000, 0xb51edae7, 0xf2ba9e50}, counted{100, 0x5900e12c, 0x765ff76c}, counted{100, 0xaa520410, 0x90921869}},
	{"SST-2", "glue_layout", counted{1, 0xb51edae7, 0xb51edae7}, counted{1, 0x5900e12c, 0x5900e12c}, counted{1, 0xaa520410, 0xaa520410}},
	{"CoLA", "", counted{2500, 0xc17bd4f4, 0x48a2913e}, counted{75, 0xc1b2aaa1, 0x3682209a}, counted{100, 0x959a0ad8, 0x5022801a}},
	{"CoLA", "glue_layout", counted{2, 0xc17bd4f4, 0xf5f0ee0c}, counted{2, 0xc1b2aaa1, 0x845ae569}, counted{1, 0x959a0ad8, 0x959a0ad8}},
	{"MCTest", "", counted{280, 0xdb08f005, 0x5ae94890}, counted{120, 0x85fa2210, 0xfe2de4c0}, counted{}},
	{"MCTest-160", "MCTest", counted{280, 0xdb08f005, 0x5ae94890}, counted{120, 0x85fa2210, 0xfe2de4c0}, counted{}},
	{"SICK", "", counted{600, 0xa142dfa4, 0xfa79ca12}, counted{100, 0xd9445e16, 0xa6ece541}, counted{50, 0x5450b246, 0x2a65a218}},
}

// sum is the checksum of a row.
func sum(r loaders.Row) uint32 {
	all := append(append([]string{}, r.Texts...), r.Answers...)
	return crc32.ChecksumIEEE([]byte(strings.Join(append(all, r.Label.Text), "\x1f")))
}

func count(rows []loaders.Row) counted {
	if len(rows) == 0 {
		return counted{}
	}
	return counted{len(rows), sum(rows[0]), sum(rows[len(rows)-1])}
}

// sampleFolder is the folder of the sample files. Without them it skips the test.
func sampleFolder(t testing.TB) string {
	data := os.Getenv("GORGPT_DATA")
	if data == "" {
		data = filepath.FromSlash("../shared/data")
	}
	if !filepath.IsAbs(data) {
		data = filepath.Join("..", "..", data) // from the module root
	}
	if _, err := os.Stat(data); err != nil {
		t.Skipf("no sample files (set GORGPT_DATA): %v", err)
	}
	return data
}

func TestGenuineFolders(t *testing.T) {
	dir := sampleFolder(t)
	for _, c := range genuine {
		t.Run(c.name+" in "+c.folder, func(t *testing.T) {
			d, err := Find(c.name)
			require.NoError(t, err)
			if c.folder == "MRPC/sample_tokenized" { // its byte-order mark was written out as letters
				d.files = []files{{train: one("train"), test: one("test")}}
				d.columns = []loaders.Fields{pair("#1 String", "#2 String", "BOMQuality")}
			}
			data, err := d.Read(filepath.Join(dir, filepath.FromSlash(c.folder)), ledger.Tolerance{Strict: true})
			require.NoError(t, err)
			require.Equal(t, []counted{c.train, c.dev, c.test}, []counted{count(data.Train), count(data.Dev), count(data.Test)})
		})
	}
}

// genuineFiles are those of folders without training rows.
var genuineFiles = []struct {
	name, file string
	counted
}{
	{"SNLI", "SNLI/aligned/s1.dev", counted{500, 0x13c62515, 0xb73dc29a}},
	{"SNLI", "SNLI/jsonl_fixture/snli.jsonl", counted{3, 0xcac3db79, 0xdc7aa56e}},
	{"MNLI", "MNLI/multinli_1.0/multinli_1.0_train.txt", counted{4, 0xc866f0e7, 0x7e03d61d}},
	{"MNLI", "MNLI/multinli_1.0/multinli_1.0_dev_matched.txt", counted{4, 0x24cb6ad0, 0x05a1cb2c}},
	{"MNLI", "MNLI/multinli_1.0/multinli_1.0_dev_mismatched.txt", counted{4, 0x73cc7fd2, 0xde977ea2}},
	{"QNLI", "QNLI/dev.tsv", counted{500, 0x9d1009a6, 0xabcc07ca}},
	{"QNLI", "QNLI/test.tsv", counted{100, 0x1539b012, 0xe3331aa1}},
	{"SciTail", "SciTail/SciTailV1.1/snli_format/scitail_1.0_dev.txt", counted{4, 0x42588efc, 0x5383776b}},
	{"SciTail", "SciTail/SciTailV1.1/predictor_format/scitail_1.0_structure_dev.tsv", counted{2, 0x42588efc, 0xac6bcc9d}},
	{"SciTail", "SciTail/SciTailV1.1/dgem_format/scitail_1.0_structure_dev.tsv", counted{2, 0x42588efc, 0xac6bcc9d}},
	{"CoLA", "CoLA/original/raw/in_domain_dev.tsv", counted{75, 0xc1b2aaa1, 0x3682209a}},
	{"CoLA", "CoLA/original/raw/out_of_domain_dev.tsv", counted{75, 0xf320c046, 0xc1287d97}},
	{"CoLA", "CoLA/original/tokenized/in_domain_dev.tsv", counted{75, 0xb0e45b61, 0x85179acf}},
	{"RACE", "RACE/test/high", counted{28, 0x702885b6, 0x8b22082d}},
	{"RACE", "RACE/test", counted{71, 0x702885b6, 0xb95ed451}},
}

func TestGenuineFiles(t *testing.T) {
	dir := sampleFolder(t)
	for _, c := range genuineFiles {
		t.Run(c.file, func(t *testing.T) {
			d, err := Find(c.name)
			require.NoError(t, err)
			rows, _, err := d.ReadFile(filepath.Join(dir, filepath.FromSlash(c.file)), ledger.Tolerance{Strict: true})
			require.NoError(t, err)
			require.Equal(t, c.counted, count(rows))
		})
	}
}
