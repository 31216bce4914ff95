/* The build's own python.exe. It is a tool of the build and is not given away: the program starts Python itself. */
#include <wchar.h>

__declspec(dllimport) int Py_Main(int count, wchar_t **words);

int wmain(int count, wchar_t **words)
{
    return Py_Main(count, words);
}
