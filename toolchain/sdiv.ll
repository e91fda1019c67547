; Signed division for sBPF, which has only the unsigned kind: see bin/sbf-link. Division by zero and MIN / -1 do not reach
; these helpers: rustc checks for both before it divides. The narrow widths go through 64 bits.

define internal i64 @__sbf_sdiv_i64(i64 %a, i64 %b) alwaysinline nounwind {
  %sa = ashr i64 %a, 63
  %xa = xor i64 %a, %sa
  %ua = sub i64 %xa, %sa
  %sb = ashr i64 %b, 63
  %xb = xor i64 %b, %sb
  %ub = sub i64 %xb, %sb
  %q = udiv i64 %ua, %ub
  %s = xor i64 %sa, %sb
  %x = xor i64 %q, %s
  %r = sub i64 %x, %s
  ret i64 %r
}
define internal i64 @__sbf_srem_i64(i64 %a, i64 %b) alwaysinline nounwind {
  %sa = ashr i64 %a, 63
  %xa = xor i64 %a, %sa
  %ua = sub i64 %xa, %sa
  %sb = ashr i64 %b, 63
  %xb = xor i64 %b, %sb
  %ub = sub i64 %xb, %sb
  %q = urem i64 %ua, %ub
  %x = xor i64 %q, %sa
  %r = sub i64 %x, %sa
  ret i64 %r
}
define internal i8 @__sbf_sdiv_i8(i8 %a, i8 %b) alwaysinline nounwind {
  %xa = sext i8 %a to i64
  %xb = sext i8 %b to i64
  %q = call i64 @__sbf_sdiv_i64(i64 %xa, i64 %xb)
  %r = trunc i64 %q to i8
  ret i8 %r
}
define internal i16 @__sbf_sdiv_i16(i16 %a, i16 %b) alwaysinline nounwind {
  %xa = sext i16 %a to i64
  %xb = sext i16 %b to i64
  %q = call i64 @__sbf_sdiv_i64(i64 %xa, i64 %xb)
  %r = trunc i64 %q to i16
  ret i16 %r
}
define internal i32 @__sbf_sdiv_i32(i32 %a, i32 %b) alwaysinline nounwind {
  %xa = sext i32 %a to i64
  %xb = sext i32 %b to i64
  %q = call i64 @__sbf_sdiv_i64(i64 %xa, i64 %xb)
  %r = trunc i64 %q to i32
  ret i32 %r
}
define internal i8 @__sbf_srem_i8(i8 %a, i8 %b) alwaysinline nounwind {
  %xa = sext i8 %a to i64
  %xb = sext i8 %b to i64
  %q = call i64 @__sbf_srem_i64(i64 %xa, i64 %xb)
  %r = trunc i64 %q to i8
  ret i8 %r
}
define internal i16 @__sbf_srem_i16(i16 %a, i16 %b) alwaysinline nounwind {
  %xa = sext i16 %a to i64
  %xb = sext i16 %b to i64
  %q = call i64 @__sbf_srem_i64(i64 %xa, i64 %xb)
  %r = trunc i64 %q to i16
  ret i16 %r
}
define internal i32 @__sbf_srem_i32(i32 %a, i32 %b) alwaysinline nounwind {
  %xa = sext i32 %a to i64
  %xb = sext i32 %b to i64
  %q = call i64 @__sbf_srem_i64(i64 %xa, i64 %xb)
  %r = trunc i64 %q to i32
  ret i32 %r
}
