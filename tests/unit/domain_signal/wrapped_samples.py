"""One failure in each language, with causes, as its runtime prints it."""

PYTHON = """Traceback (most recent call last):
  File "/app/shop/api.py", line 12, in handler
    return run(event)
           ^^^^^^^^^^
  File "/app/shop/cart.py", line 31, in <lambda>
    total(
    ~~~~~^
        x,
        ^^
    )
    ^
KeyError: 'price'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/main.py", line 5, in main
    handler(e)
  File "/app/shop/api.py", line 14, in handler
    raise CartError("no price") from None
shop.errors.CartError: no price
second line of message
Note: tried twice"""
JAVA = """Exception in thread "main" com.shop.CartException: no price: tea
	at com.shop.Cart.total(Cart.java:31) ~[shop.jar!/:1.2.3]
	at com.shop.Cart.lambda$run$0(Cart.java:20)
	at java.base/java.util.ArrayList.forEach(ArrayList.java:1511)
	at com.shop.Api.handle(Api.kt:9) [classes/:?]
	Suppressed: java.io.IOException: closed
		at com.shop.Res.close(Res.java:7)
		... 3 more
Caused by: java.util.NoSuchElementException: tea
	at com.shop.Prices$Companion.find(Prices.kt:33)
	at jdk.internal.reflect.GeneratedMethodAccessor12.invoke(Unknown Source)
	... 2 more"""
NODE = """CartError: no price
    at Cart.total (/var/task/dist/cart.js:31:7)
    at async Promise.all (index 0)
    at async Object.handler [as run] (file:///var/task/dist/index.mjs:9:3)
    at new Foo (webpack:///./src/foo.ts:3:4)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {
  code: 'E_PRICE',
  [cause]: TypeError: Cannot read properties of undefined (reading 'x')
      at find (/var/task/dist/prices.js:3:9)
      at Cart.total (/var/task/dist/cart.js:30:7)
      ... 4 lines matching cause stack trace ...
}"""
GO = """panic: runtime error: invalid memory address or nil pointer dereference [recovered]
	panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48c3d6]

goroutine 18 [running]:
testing.tRunner.func1.2({0x5a0b20, 0x6e4a50})
	/usr/local/go/src/testing/testing.go:1545 +0x238
panic({0x5a0b20?, 0x6e4a50?})
	/usr/local/go/src/runtime/panic.go:914 +0x21f
github.com/shop/cart.(*Cart[...]).Total(0x0, {0xc000012345, 0x3, 0x4})
	/app/cart/cart.go:31 +0x1d
main.main.func1()
	/app/main.go:9 +0x2f
created by main.main in goroutine 1
	/app/main.go:7 +0x45
exit status 2"""
DOTNET = """Unhandled exception. Shop.CartException: no price
 ---> System.Collections.Generic.KeyNotFoundException: The given key 'tea' was not present in the dictionary.
   at System.Collections.Generic.Dictionary`2.get_Item(TKey key)
   at Shop.Prices.Find(String name) in /src/Shop/Prices.cs:line 33
   --- End of inner exception stack trace ---
   at Shop.Cart.<>c__DisplayClass3_0.<TotalAsync>b__0(Item i) in C:\\src\\Shop\\Cart.cs:line 31
   at Shop.Cart.TotalAsync(String id) in /src/Shop/Cart.cs:line 35
--- End of stack trace from previous location ---
   at Shop.Program.<Main>$(String[] args) in /src/Shop/Program.cs:line 9"""
RUBY = """/app/cart.rb:31:in `block in total': no price (CartError)
	from /app/cart.rb:30:in `each'
	from /app/cart.rb:30:in `total'
	from /app/main.rb:9:in `<main>'
/app/prices.rb:3:in `fetch': key not found: "tea" (KeyError)
	from /app/prices.rb:3:in `find'
	from /app/cart.rb:31:in `block in total'"""
PHP = """PHP Fatal error:  Uncaught RuntimeException: no such price in /app/src/Prices.php:33
Stack trace:
#0 /app/src/Cart.php(31): App\\Prices->find('tea')
#1 [internal function]: App\\Cart->App\\{closure}(Object(App\\Item))
#2 /app/public/index.php(9): App\\Cart->total()
#3 {main}

Next App\\CartException: no price in /app/src/Cart.php:35
Stack trace:
#0 /app/public/index.php(9): App\\Cart->total()
#1 {main}
  thrown in /app/src/Cart.php on line 35"""
RUST = """thread 'main' panicked at src/cart.rs:31:10:
called `Option::unwrap()` on a `None` value
stack backtrace:
   0: rust_begin_unwind
             at /rustc/90b35a6239c3d8bdabc530a6a0816f7ff89a0aaf/library/std/src/panicking.rs:645:5
   1: core::panicking::panic_fmt
             at /rustc/90b35a6239c3d8bdabc530a6a0816f7ff89a0aaf/library/core/src/panicking.rs:72:14
   2: shop::cart::Cart::total
             at ./src/cart.rs:31:10
   3: shop::main
             at ./src/main.rs:9:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace."""

ALL = {
    "python": PYTHON,
    "java": JAVA,
    "javascript": NODE,
    "go": GO,
    "csharp": DOTNET,
    "ruby": RUBY,
    "php": PHP,
    "rust": RUST,
}
