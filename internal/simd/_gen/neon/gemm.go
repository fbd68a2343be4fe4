package neon

// The register tile is 6 rows by 4 vectors of columns: 24 sums, a register with four steps of each
// row, and two for B. Four steps are 96 multiply-adds by element and 14 loads; a tile of 12×8,
// which has to load its rows for every second step, would need 32 loads, and twice as much of A.
const (
	tileRows    = 6
	tileVectors = 4
	tileSteps   = vectorLanes
)

// blockRows is the rows of a usual block of A. While its tiles run, the next strip of B is fetched,
// the same part in each.
const blockRows = 192

// tile emits the GEMM micro-kernel.
func tile(a *asm) {
	a.function("tile", "(tiles, k int, a []float32, lda int, b, c []float32, ldc int, add []float32, ldadd int)",
		"computes register tiles of a matrix product, one below the other, from one:",
		"",
		"\tfor i := range tiles * mr {",
		"\t\tfor j := range nr {",
		"\t\t\tfor p := range k {",
		"\t\t\t\tsum += a[i*lda+p] * b[p*nr+j]",
		"\t\t\t}",
		"\t\t\tc[i*ldc+j] = sum + add[i*ldadd+j]",
		"\t\t}",
		"\t}",
	)
	tiles, pa, lda := a.integer("tiles"), a.ptr("a"), a.integer("lda")
	pc, ldc, add, ldadd := a.ptr("c"), a.integer("ldc"), a.ptr("add"), a.integer("ldadd")
	for _, stride := range []reg{lda, ldc, ldadd} {
		a.LSL(imm(2), stride, stride)
	}
	var acc [tileRows][]vec
	for i := range acc {
		acc[i] = a.vecs(tileVectors)
	}

	// The next strip of a panel follows this one.
	next, strip := a.integer("k"), a.ptr("b")
	a.ADD(shifted{next, 6}, strip, next)

	a.label("tile")
	a.scope(func() { // the tile of C is needed only after the loop
		row := a.reg()
		a.MOVD(pc, row)
		for range tileRows {
			a.PRFM1(at(row, 0))
			a.ADD(ldc, row, row)
		}
	})
	a.scope(func() { tileSum(a, acc, pa, lda, next) })
	a.scope(func() { tileStore(a, acc, pc, ldc, add, ldadd) })
	a.SUB(imm(1), tiles, tiles)
	a.CBNZ(tiles, "tile")
	a.ret()
}

// tileSum computes the sums of one tile. It advances next, and pa to the next tile.
func tileSum(a *asm, acc [tileRows][]vec, pa, lda, next reg) {
	k, pb := a.integer("k"), a.ptr("b")
	rows := make([]reg, tileRows)
	for i := range rows {
		rows[i] = a.reg()
		a.MOVD(pa, rows[i])
		a.ADD(lda, pa, pa)
	}
	for _, line := range acc {
		for _, v := range line {
			a.clear(v)
		}
	}
	x, low, high := a.vecs(tileRows), a.vec(), a.vec()
	step := func(u int) { // adds the outer product of lane u of x and a row of the strip
		for j := 0; j < tileVectors; j += 2 {
			a.FLDPQ(at(pb, (u*tileVectors+j)*vectorBytes), pair{low, high})
			for i, line := range acc {
				a.FMLAElement(lane{x[i], u}, low, line[j])
				a.FMLAElement(lane{x[i], u}, high, line[j+1])
			}
		}
	}
	a.SUBS(imm(tileSteps), k, k)
	a.BLT("rest")
	a.label("block")
	a.PRFM2(at(next, 0))
	a.ADD(imm(tileSteps*tileVectors*vectorBytes*tileRows/blockRows), next, next)
	for i, row := range rows {
		a.FMOVQ(at(row, 0), x[i])
	}
	for u := range tileSteps {
		step(u)
	}
	a.advance(4*tileSteps, rows)
	a.ADD(imm(tileSteps*tileVectors*vectorBytes), pb, pb)
	a.SUBS(imm(tileSteps), k, k)
	a.BGE("block")

	a.label("rest")
	a.ADD(imm(tileSteps), k, k)
	a.CBZ(k, "summed")
	a.label("single")
	for i, row := range rows {
		a.FMOVS(at(row, 0), x[i])
	}
	step(0)
	a.advance(4, rows)
	a.ADD(imm(tileVectors*vectorBytes), pb, pb)
	a.SUB(imm(1), k, k)
	a.CBNZ(k, "single")
	a.label("summed")
}

// tileStore writes the tile, plus add unless that is nil, and advances the pointers to the next tile.
func tileStore(a *asm, acc [tileRows][]vec, pc, ldc, add, ldadd reg) {
	low, high := a.vec(), a.vec()
	a.CBZ(add, "plain")
	for _, line := range acc {
		for j := 0; j < tileVectors; j += 2 {
			a.FLDPQ(at(add, j*vectorBytes), pair{low, high})
			a.FADD(low, line[j], line[j])
			a.FADD(high, line[j+1], line[j+1])
		}
		a.ADD(ldadd, add, add)
	}
	a.label("plain")
	for _, line := range acc {
		for j := 0; j < tileVectors; j += 2 {
			a.FSTPQ(pair{line[j], line[j+1]}, at(pc, j*vectorBytes))
		}
		a.ADD(ldc, pc, pc)
	}
}
